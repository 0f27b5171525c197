"""What every package uses: errors for people, progress, files written whole or not at all."""
