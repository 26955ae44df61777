"""Content as data: what clinicians own, read and checked. Entry points: `load_content` and `lint.lint`."""

from mesofaq.content.loader import Content, load_content

__all__ = ["Content", "load_content"]
