"""Publishing a catalogue for search: pinyin, synonyms and the snapshot file. Never shipped to Lambda."""
