"""What this process counts while it talks; never a label that could name a person."""

from prometheus_client import Counter, Histogram

RECEIVED = Counter(
    "polsbot_messages_received", "Messages from people, by what became of them.",
    ["channel", "outcome"],
)  # fmt: skip
LISTED = Counter(
    "polsbot_messages_listed", "Messages of the provider's list: known, or missed by us.",
    ["channel", "outcome"],
)  # fmt: skip
CARRIED = Counter(
    "polsbot_messages_carried", "Messages handed to a provider: sent, or the code of the failure.",
    ["channel", "outcome"],
)  # fmt: skip
STATUSES = Counter(
    "polsbot_statuses", "What the provider told of our messages, by state and whether it was news.",
    ["state", "outcome"],
)  # fmt: skip
HANDLED = Histogram(
    "polsbot_receive_seconds", "From a message at our door until it was kept for good.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)  # fmt: skip
