"""How much fits where, in characters after filling in.

WhatsApp through Twilio Content: https://www.twilio.com/docs/content/content-types-overview
"""

BUTTONS = 3
BUTTON_TITLE = 20
ROWS = 10
ROW_TITLE = 24
OPENER = 20
INTERACTIVE_BODY = 1024
"""Body of a message with buttons, a list or a picture."""
TEXT_BODY = 1600
SMS_PARTS = 3
"""Ours: a question in more parts is too dear and often arrives out of order."""
