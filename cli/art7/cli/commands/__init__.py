"""One module for each command, holding it under the name `command`; see the table in `art7.cli.application`."""
