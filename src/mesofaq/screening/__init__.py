"""The pre-screening: reading answers and reckoning the result.

Entry points: `answers.AnswerReader` and `result.reckon`.
"""
