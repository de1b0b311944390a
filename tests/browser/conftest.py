"""One browser a worker, for all tests of pages."""

from __future__ import annotations

from tests.browser.chromium import browser, watch, window, windows

__all__ = ["browser", "watch", "window", "windows"]
