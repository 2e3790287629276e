"""What readers of histories share: errors, times, files, texts that tools print."""
