"""The cloud that apps talk to: sessions, photos, gallery, console."""
