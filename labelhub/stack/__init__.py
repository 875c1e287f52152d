"""The local stack: starts, watches, stops and checks the real parts that labelhub runs on.

It starts processes and nothing else: it imports no app, so a broken app never keeps `labelhub doctor` from saying so.
"""
