"""The table that the store itself needs."""

from sqlmodel import Field, SQLModel

__all__ = ["Seal"]


class Seal(SQLModel, table=True):
    """One row: the mark of the secret that makes the keyed hashes of this database."""

    __tablename__ = "seal"
    id: int = Field(default=1, primary_key=True)
    mark: bytes
