"""Stand-ins for what lies beyond the edge of the machine: servers, drivers, and journals made to order."""
