"""Polsbot asks people a few short, drawn questions and keeps their answers safe.

The rooms. Imports go down only; rooms on one line do not know each other (import-linter keeps it)::

                  cli                       commands for people
    web      |  jobs     |  authoring       HTTP in | the clock | tools of authors
                  reports                   figures and exports, reads only
                  conversation              what one message, one timer, one opening does
                  runtime                   everything opened once, handed down as one value
    panel    |  rewards  |  casework        who is asked when | ledger | results of help
    channels |  content                     other companies | flows, locales, pictures -> seen
                  message                   what goes over the line, both ways: plain values
    engine   |  store                       the state machine, pure | database, columns, migrations
    settings    |    logs                  configuration, read once | lines without a name in them
"""
