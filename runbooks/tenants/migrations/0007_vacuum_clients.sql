-- Without this, the rows that held raw keys stay in the table's pages until autovacuum comes by.
VACUUM (ANALYZE) clients;
