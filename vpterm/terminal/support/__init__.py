"""Support in a person's session: asked for, granted on that person's own screen, shown all the time, ended by one key.

desk.py knows requests and visits, lobby.py is a supporter's terminal, answers.py what a session's app asks and answers,
journal.py the trail. What is painted for a guest, and masked, is session/guests.py in the worker.
"""
