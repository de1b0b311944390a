"""The command line: what a shell starts, and a module a group of commands.

``start`` is what the installed program ``pan2kg`` calls. :func:`pan2kg.cli.main.main` does the work.
"""

__all__ = ["start"]


def start() -> int:
    """Run the command that was typed, and give its exit code.

    Whoever interrupts a command gets the code of a shell for that, 130, and no traceback, also while
    modules are still imported: those of the standard library are most of what a short command does.
    """
    try:
        from pan2kg.cli.main import main

        return main()
    except KeyboardInterrupt:
        return 130
