"""WhatsApp and SMS over Twilio."""
