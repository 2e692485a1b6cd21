using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>A move with transforms: what arrives, what is proven of it, and what is said about it.</summary>
public sealed class EveryTransformTests(PostgresServers servers)
{
    [Fact]
    public async Task Every_transform_makes_its_column_on_the_way()
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync("--paranoid")).MustBeVerified();
        var rows = await journey.RowsAsync("SELECT id, api_key_hash, first_name, last_name, address, plan, login, origin, revision, checked, fee::text, since::text, visits FROM customers ORDER BY id");
        Assert.Equal([1L, Customers.Hash("key-1"), "Ada", "King Lovelace", "1 Main St, London", "basic", "ada", "legacy", 7, true, "0.00", "2024-02-29 12:34:56", 3L], rows[0]);
        Assert.Equal([2L, null, "Bob", null, "Paris", "pro", "bob", "legacy", 7, true, "12.50", "2024-03-01 00:00:00", null], rows[1]);
        Assert.Equal([3L, Customers.Hash("ключ"), "Émile", "Zola", null, null, "émile", "legacy", 7, true, null, null, 9L], rows[2]);
        Assert.Equal(Convert.FromHexString(Customers.Hash("key-1")), (await journey.RowAsync("SELECT key_bytes FROM customers WHERE id = 1"))[0]);
        var masked = await journey.TextsAsync("SELECT email FROM customers ORDER BY id");
        Assert.Equal([15, 15, 13], masked.Select(m => m!.Length));
        Assert.DoesNotContain(masked, m => m!.Contains("example", StringComparison.Ordinal));
        Assert.Equal(
            "id,email,api_key_hash,street,city,plan,login,created_at,visits,key_bytes,first_name,last_name,address,origin,revision,checked,fee,since",
            (await journey.RowAsync("SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attnum > 0"))[0]);
        Assert.Equal(2L, (await journey.RowAsync("SELECT count(*) FROM pg_indexes WHERE tablename = 'customers' AND indexname <> 'customers_pkey'"))[0]);
        (await journey.VerifyAsync("--paranoid")).MustBeVerified();
    }
}
