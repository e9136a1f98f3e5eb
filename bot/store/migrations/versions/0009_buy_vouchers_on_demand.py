"""Buy vouchers on demand."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('purchases',
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('payout_id', sa.String(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('cents', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('look_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('cents > 0', name='ck_purchases_cents'),
    sa.ForeignKeyConstraint(['payout_id'], ['payouts.id'], ),
    sa.PrimaryKeyConstraint('reference')
    )
    with op.batch_alter_table('purchases', schema=None) as batch_op:
        batch_op.create_index('ix_purchases_look_at', ['look_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_purchases_payout_id'), ['payout_id'], unique=False)

    with op.batch_alter_table('vouchers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('barcode', sa.String(), server_default='qr', nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('vouchers', schema=None) as batch_op:
        batch_op.drop_column('barcode')

    with op.batch_alter_table('purchases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purchases_payout_id'))
        batch_op.drop_index('ix_purchases_look_at')

    op.drop_table('purchases')
