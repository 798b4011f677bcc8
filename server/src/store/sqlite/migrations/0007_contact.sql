-- Who a booking is for, as they told it: personal data, which no journal has. Taking it away leaves
-- nothing behind here. `digits` are those of the number, the last one first, so that the end of a
-- number is the beginning of what is looked for.
CREATE TABLE contact (
    show_id INTEGER NOT NULL,
    booking BLOB    NOT NULL,
    name    TEXT    NOT NULL,
    phone   TEXT    NOT NULL,
    digits  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (show_id, booking)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_digits ON contact (digits);

-- The words of the name, in small letters and without accents.
CREATE TABLE contact_word (
    show_id INTEGER NOT NULL,
    booking BLOB    NOT NULL,
    word    TEXT    NOT NULL,
    PRIMARY KEY (show_id, booking, word)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_word_word ON contact_word (word);

-- The newest bookings that concern money or tickets.
CREATE INDEX booking_at ON booking (at);
