"""What a file may cost before anybody looks inside: every file that comes in counts as hostile."""

MAX_FILE_BYTES = 1 << 30
"""A stack as PDF or TIFF is read page by page from the disk; 500 pages at 300 dpi in colour are about 0.5 GiB."""

MAX_IMAGE_BYTES = 64 << 20
"""A JPEG or PNG is read as a whole; a phone's largest photos have about 20 MB."""

MAX_PAGES = 2000
"""Pages of one file; a feeder takes 50 to 500 at a time."""

MAX_PIXELS = 64_000_000
"""One page: A3 at 400 dpi has 31 million pixels, a large phone photo 50 million."""

MIN_SIDE_PX = 100
"""A picture narrower than this cannot show a slip (A6 at 25 dpi) and would only trouble the stages."""

MAX_OBJECTS = 5000
"""Operators read while proving that one image covers a PDF page; a page with more is rendered. A text layer of
a recognised letter has about 2000."""

MAX_IMAGES = 200
"""Images of one PDF page that are checked for damage; no scanner cuts a page into more strips."""

MAX_MAIL_BYTES = 64 << 20
"""One mail; providers end at 25 to 50 MB, and a third of that is the encoding."""

MAX_BOUNDARIES, MAX_BOUNDARY_LINES = 100, 20_000
"""Boundaries that a mail declares, and lines that look like one: what the parser's time and memory grow with. A mail
forwarded five times declares about 20."""

MAX_LINES = 3_000_000
"""Line ends of a mail, two for each line in mails: the largest in base64 has 1.8 million."""

MAX_COMPARISONS = 40_000_000
"""Line ends of a mail times the boundaries that each line is compared with: about half a minute. A mail of 40 MB
forwarded five times needs 22 million."""

MAX_ATTACHMENTS = 500
"""Attachments of one mail or members of one archive, with all that is nested in it."""

MAX_NESTING = 8
"""Mails within mails, archives within mails: forwarded as an attachment three times is rare."""

MAX_UNPACKED_BYTES = 256 << 20
"""What one mail or archive may hold unpacked, everything together."""

MAX_MAILS = 20_000
"""Mails of one mailbox."""
