"""Let a case ring until somebody accepts it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('alarm_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('alarms', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index(batch_op.f('ix_cases_alarm_at'), ['alarm_at'], unique=False)

    # What was open until now could be accepted by nobody: it rings after the upgrade.
    op.execute(
        "UPDATE cases SET alarm_at = opened_at WHERE kind = 'crisis' AND closed_at IS NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cases_alarm_at'))
        batch_op.drop_column('alarms')
        batch_op.drop_column('alarm_at')
        batch_op.drop_column('accepted_at')
