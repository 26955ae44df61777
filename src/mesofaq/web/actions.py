"""Rasa's custom actions inside this process: rasa-sdk's executor, with every action registered."""

from rasa_sdk.executor import ActionExecutor

__all__ = ["make_executor"]


def make_executor() -> ActionExecutor:
    """An executor with every action of the `actions` package, and one ask action for each screening item."""
    from actions import faq, screening

    executor = ActionExecutor()
    for module in (faq, screening):
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and not value.__name__.startswith("_"):
                executor.register_action(value())
    for action in screening.ask_actions():
        executor.register_action(action)
    return executor
