-- The store of the cases. Everybody's identifiers hold the word canary, which no message may show.
CREATE TABLE customers (id INTEGER PRIMARY KEY, number TEXT, name TEXT, email TEXT, password TEXT);
CREATE INDEX customers_email ON customers (email);
CREATE INDEX customers_number ON customers (number);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, placed TEXT, total_cents INTEGER);
CREATE INDEX orders_customer ON orders (customer);
CREATE TABLE migrations (version INTEGER);
INSERT INTO customers VALUES (1, 'CANARY-1', 'Ann Canary', 'ann.canary@example.org', 'canary-hash');
INSERT INTO customers VALUES (2, 'CANARY-2', 'Bob Canary', 'bob.canary@example.org', 'canary-hash');
INSERT INTO customers VALUES (3, 'CANARY-3', 'Cleo Canary', 'shared.canary@example.org', 'canary-hash');
INSERT INTO customers VALUES (4, 'CANARY-4', 'Dan Canary', 'shared.canary@example.org', 'canary-hash');
INSERT INTO orders VALUES (7, 'CANARY-1', '2025-03-01 09:30:00', 1990);
INSERT INTO orders VALUES (8, 'CANARY-2', '2025-03-02 10:00:00', 500);
