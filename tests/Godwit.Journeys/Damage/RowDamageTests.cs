using Godwit.TestServers;

namespace Godwit.Journeys.Damage;

public sealed class RowDamageTests(DamagedCopies copies, PostgresServers servers) : IClassFixture<DamagedCopies>
{
    [Fact]
    public async Task What_nobody_touched_is_verified()
    {
        using var journey = await Damaged.PrepareAsync(servers);
        (await journey.VerifyAsync()).MustBeVerified();
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }

    [Theory]
    [InlineData("UPDATE author SET name = 'Bod' WHERE id = 2", "GW1501 author 2 name")]
    [InlineData("UPDATE author SET rating = 2.5000000000000004 WHERE id = 2", "GW1501 author 2 rating")]
    [InlineData("UPDATE author SET bio = NULL WHERE id = 1", "GW1501 author 1 bio")]
    [InlineData("UPDATE author SET bio = '' WHERE id = 2", "GW1501 author 2 bio")]
    [InlineData("UPDATE author SET name = name || ' ' WHERE id = 3", "GW1501 author 3 name")]
    [InlineData("UPDATE author SET born = born + 1 WHERE id = 3", "GW1501 author 3 born")]
    [InlineData("UPDATE author SET active = NOT active, rating = 0 WHERE id = 2", "GW1501 author 2 rating, active")]
    [InlineData("UPDATE seat SET taken = 1 WHERE flight = 1 AND row = 2", "GW1501 seat 1,2 taken")]
    [InlineData("UPDATE large SET body = substr(body, 2) || 'y' WHERE id = 1", "GW1501 large 1 body")]
    [InlineData("UPDATE large SET raw = set_byte(raw, 2999999, 255 - get_byte(raw, 2999999)) WHERE id = 1", "GW1501 large 1 raw")]
    [InlineData("UPDATE large SET body = 'smalm' WHERE id = 2", "GW1501 large 2 body")]
    public async Task A_changed_value_is_named_by_table_row_and_column(string damage, string expected) =>
        Assert.Equal(expected, Assert.Single(await copies.VerifyAsync(damage)).Describe());

    [Theory]
    [InlineData("UPDATE book SET price = price + 0.01 WHERE isbn = 'b-2'", "GW1501 book 2 price")]
    [InlineData("UPDATE book SET cover = '' WHERE isbn = 'b-2'", "GW1501 book 2 cover")]
    [InlineData("UPDATE book SET cover = set_byte(cover, 0, 2) WHERE isbn = 'a-1'", "GW1501 book 1 cover")]
    public async Task A_changed_value_in_a_table_with_a_key_of_text_is_named_by_the_source_s_rowid(string damage, string expected) =>
        Assert.Equal(expected, Assert.Single(await copies.VerifyAsync(damage)).Describe());

    [Fact]
    public async Task Two_rows_swapped_are_both_named() =>
        Assert.Equal(
            ["GW1501 author 1 name, bio, rating, born", "GW1501 author 3 name, bio, rating, born"],
            (await copies.VerifyAsync("UPDATE author a SET (name, bio, rating, born, active) = (SELECT name, bio, rating, born, active FROM author b WHERE b.id = 4 - a.id) WHERE id IN (1, 3)"))
                .Select(m => m.Describe()).Order());

    [Fact]
    public async Task Two_values_swapped_between_rows_are_both_named() =>
        Assert.Equal(
            ["GW1501 author 1 name", "GW1501 author 2 name"],
            (await copies.VerifyAsync("UPDATE author SET name = CASE id WHEN 1 THEN 'Bob' ELSE 'Ann' END WHERE id IN (1, 2)")).Select(m => m.Describe()).Order());

    [Theory]
    [InlineData("DELETE FROM author WHERE id = 40", "GW1502 author 40")]
    [InlineData("DELETE FROM seat WHERE flight = 2", "GW1502 seat 2,1")]
    [InlineData("DELETE FROM book WHERE isbn = 'c-3'", "GW1502 book 3")]
    [InlineData("DELETE FROM large WHERE id = 1", "GW1502 large 1")]
    [InlineData("DELETE FROM event WHERE kind IS NULL", "GW1502 event 4")]
    public async Task A_lost_row_is_named(string damage, string expected) =>
        Assert.Equal(expected, Assert.Single(await copies.VerifyAsync(damage)).Describe());

    [Theory]
    [InlineData("INSERT INTO author OVERRIDING SYSTEM VALUE VALUES (39, 'New')", "GW1503 author 39")]
    [InlineData("INSERT INTO seat VALUES (3, 1, 1)", "GW1503 seat 3,1")]
    [InlineData("INSERT INTO event VALUES ('out', '2024-02-29 14:00:00')", "GW1503 event")]
    public async Task An_extra_row_is_named(string damage, string expected) =>
        Assert.Equal(expected, Assert.Single(await copies.VerifyAsync(damage)).Describe());

    [Fact]
    public async Task A_row_doubled_in_a_table_without_key_is_found() =>
        Assert.Equal("GW1503 event", Assert.Single(await copies.VerifyAsync("INSERT INTO event SELECT * FROM event WHERE kind = 'out'")).Describe());

    [Fact]
    public async Task One_of_two_equal_rows_lost_is_found() =>
        Assert.StartsWith("GW1502 event ", Assert.Single(await copies.VerifyAsync("DELETE FROM event WHERE ctid = (SELECT min(ctid) FROM event WHERE kind = 'in')")).Describe());

    [Fact]
    public async Task A_lost_row_and_a_doubled_one_do_not_make_up_for_each_other() =>
        Assert.Equal(
            ["GW1502 event 4", "GW1503 event"],
            (await copies.VerifyAsync("DELETE FROM event WHERE kind IS NULL; INSERT INTO event SELECT * FROM event WHERE kind = 'out'")).Select(m => m.Describe()).Order());

    [Fact]
    public async Task A_row_doubled_after_its_key_was_dropped_is_named_and_so_is_the_key()
    {
        var found = (await copies.VerifyAsync("ALTER TABLE seat DROP CONSTRAINT seat_pkey; INSERT INTO seat SELECT * FROM seat WHERE flight = 2")).Select(m => m.Describe()).ToList();
        Assert.Contains("GW1503 seat 2,1", found);
        Assert.Contains(found, f => f.StartsWith("GW1506", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_orphan_is_named_by_its_row_and_by_its_key()
    {
        var found = await copies.VerifyAsync("ALTER TABLE book DISABLE TRIGGER USER; ALTER TABLE book DROP CONSTRAINT book_author_fkey; UPDATE book SET author = 99 WHERE isbn = 'b-2'");
        Assert.Contains(found, m => m.Describe() == "GW1501 book 2 author");
        Assert.Contains(found, m => m.Code == "GW1506" && m.Message.Contains("book_author_fkey", StringComparison.Ordinal));
        Assert.Contains(found, m => m.Code == "GW1506" && m.Table == "book");
    }

    [Fact]
    public async Task No_value_of_a_row_is_told_unless_asked_for()
    {
        using var journey = await Damaged.PrepareAsync(servers);
        await journey.PsqlAsync("UPDATE author SET name = 'Secret' WHERE id = 2; DELETE FROM book WHERE isbn = 'c-3'");
        var outcome = (await journey.VerifyAsync()).MustBe(3);
        // The run's random id may hold any few letters.
        var told = (outcome.Output + outcome.Error).Replace(outcome.Document.Run!, "", StringComparison.Ordinal);
        Assert.All(["Secret", "Bob", "c-3", "Three"], value => Assert.DoesNotContain(value, told));
    }
}
