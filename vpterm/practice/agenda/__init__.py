"""Resources, reasons, bookings and free slots of a site."""
