namespace Godwit.Journeys.Damage;

public sealed class SchemaDamageTests(DamagedCopies copies) : IClassFixture<DamagedCopies>
{
    [Theory]
    [InlineData("SELECT setval('author_id_seq', 39)", "the rows are ahead")]
    [InlineData("SELECT setval('author_id_seq', 40, false)", "it would give 40 again")]
    [InlineData("ALTER SEQUENCE author_id_seq RESTART", "it begins anew")]
    public async Task A_sequence_that_stands_wrong_is_named(string damage, string why)
    {
        var found = await copies.VerifyAsync(damage);
        Assert.True(found.Count == 1 && found[0].Describe() == "GW1504 author id", why);
    }

    [Fact]
    public async Task A_sequence_that_skipped_one_number_is_named() =>
        Assert.Equal("GW1504 author id", Assert.Single(await copies.VerifyAsync("SELECT setval('author_id_seq', 41)")).Describe());

    [Theory]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_pkey", "book_pkey")]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_author_fkey", "book_author_fkey")]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_price_check", "book_price_check")]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_author_title_key", "book_author_title_key")]
    [InlineData("DROP INDEX book_title", "book_title")]
    [InlineData("DROP INDEX cheap; CREATE INDEX cheap ON book (price) WHERE price < 11", "cheap")]
    [InlineData("DROP INDEX book_title; CREATE INDEX book_title ON book (title DESC)", "book_title")]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_author_fkey; ALTER TABLE book ADD CONSTRAINT book_author_fkey FOREIGN KEY (author) REFERENCES author ON DELETE CASCADE", "book_author_fkey")]
    [InlineData("ALTER TABLE book DROP CONSTRAINT book_author_fkey; ALTER TABLE book ADD CONSTRAINT book_author_fkey FOREIGN KEY (author) REFERENCES author NOT VALID", "book_author_fkey")]
    [InlineData("DROP VIEW cheap_books", "cheap_books")]
    [InlineData("CREATE OR REPLACE VIEW cheap_books AS SELECT isbn, title FROM book WHERE price < 11", "cheap_books")]
    public async Task A_dropped_or_changed_object_is_named(string damage, string name) =>
        Assert.Contains(await copies.VerifyAsync(damage), m => m.Code is "GW1505" or "GW1506" && (m.Place?.Contains(name, StringComparison.Ordinal) == true || m.Message.Contains(name, StringComparison.Ordinal)));

    [Theory]
    [InlineData("ALTER TABLE author ALTER COLUMN name DROP NOT NULL", "author", "name")]
    [InlineData("ALTER TABLE author ALTER COLUMN bio DROP DEFAULT", "author", "bio")]
    [InlineData("ALTER TABLE author ALTER COLUMN bio SET DEFAULT 'x'", "author", "bio")]
    [InlineData("ALTER TABLE author ALTER COLUMN id DROP IDENTITY", "author", "id")]
    [InlineData("ALTER TABLE seat ALTER COLUMN taken TYPE integer", "seat", "taken")]
    [InlineData("ALTER TABLE event ALTER COLUMN kind TYPE varchar(10)", "event", "kind")]
    [InlineData("ALTER TABLE event RENAME COLUMN kind TO sort", "event", "kind")]
    [InlineData("ALTER TABLE event DROP COLUMN kind", "event", "kind")]
    [InlineData("ALTER TABLE event ADD COLUMN extra integer", "event", "extra")]
    public async Task A_changed_column_is_named(string damage, string table, string column) =>
        Assert.Contains(await copies.VerifyAsync(damage), m => m.Table == table && m.Column == column && m.Code is "GW1505" or "GW1504");

    [Theory]
    [InlineData("ALTER TABLE large ALTER COLUMN id TYPE integer", "large")]
    [InlineData("DROP TABLE event", "event")]
    [InlineData("ALTER TABLE event RENAME TO events", "event")]
    public async Task A_table_that_is_gone_or_whose_key_changed_is_named(string damage, string table) =>
        Assert.Contains(await copies.VerifyAsync(damage), m => m.Table == table && m.Code is "GW1505");

    [Fact]
    public async Task All_damage_is_told_at_once()
    {
        var found = (await copies.VerifyAsync(
            "UPDATE author SET name = 'x' WHERE id = 1; DELETE FROM seat WHERE flight = 2; DROP INDEX book_title; SELECT setval('author_id_seq', 1); INSERT INTO event VALUES ('z', NULL)")).Select(m => m.Code).ToHashSet();
        Assert.Superset(new HashSet<string> { "GW1501", "GW1502", "GW1503", "GW1504", "GW1506" }, found);
    }
}
