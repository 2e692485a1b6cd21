using Godwit.Identity.PersonalData;
using Godwit.Identity.Tests.Running;
using Npgsql;

namespace Godwit.Identity.Tests.PersonalData;

public sealed class InventoryTests(IdentityTemplate template)
{
    [Fact]
    [Trait("ASVS", "14.1.1")]
    public async Task Every_column_of_every_table_is_classified_and_none_twice()
    {
        var database = await template.CopyAsync();
        var there = await database.ScalarAsync<string[]>("""
            SELECT array_agg(c.relname || '.' || a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'identity'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
            """);
        var classified = Inventory.Tables.SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}"));
        Assert.Equal(there.Order(StringComparer.Ordinal), classified.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_statistics_are_kept_of_what_is_about_people_in_the_clear()
    {
        var database = await template.CopyAsync();
        foreach (var (table, column) in Inventory.Tables.SelectMany(t => t.Columns.Where(c => c.Kind == ColumnKind.Personal).Select(c => (t.Name, c.Name))))
        {
            await using var connection = await database.OpenAsync(cancellationToken: TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'identity'::regnamespace AND c.relkind IN ('r', 'p') AND (c.relname = $1 OR c.relname LIKE $1 || '\\_2%') AND a.attname = $2 AND a.attstattarget IS DISTINCT FROM 0", connection)
            { Parameters = { new() { Value = table }, new() { Value = column } } };
            Assert.True(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is 0L, $"{table}.{column} has statistics");
        }
    }

    [Fact]
    public void What_shows_an_account_to_another_person_names_a_column_that_is_there() => Assert.All(
        Inventory.Actors, a => Assert.Contains(Inventory.Tables.Single(t => t.Name == a.Table).Columns, c => c.Name == a.Column));

    [Fact]
    public async Task What_the_database_erases_of_events_is_what_the_inventory_says()
    {
        var text = await (await template.CopyAsync()).ScalarAsync<string>("SELECT prosrc FROM pg_proc WHERE oid = 'identity.erase_events'::regproc");
        var set = text[(text.IndexOf(" SET ", StringComparison.Ordinal) + 5)..text.IndexOf("\nWHERE", StringComparison.Ordinal)].Split(", ");
        Assert.Equal(Inventory.Tables.Single(t => t.Name == "user_security_events").Columns.Where(c => c.Erased is not null).Select(c => $"{c.Name} = {c.Erased}").Order(StringComparer.Ordinal), set.Order(StringComparer.Ordinal));
    }
}
