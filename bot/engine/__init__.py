"""A flow, a run and one event in; the new run and its effects out. Pure: no I/O, no clock."""
