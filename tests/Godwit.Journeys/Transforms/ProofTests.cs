using System.Text.Json;
using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Transforms;

/// <summary>What verification finds of transformed values, what it needs for that, and what the certificate says.</summary>
public sealed class ProofTests(PostgresServers servers)
{
    [Theory]
    [InlineData("UPDATE customers SET api_key_hash = repeat('0', 64) WHERE id = 3", "3", "api_key")]
    [InlineData("UPDATE customers SET email = 'ada@example.org' WHERE id = 1", "1", "email")]
    [InlineData("UPDATE customers SET last_name = NULL WHERE id = 1", "1", "last_name")]
    [InlineData("UPDATE customers SET fee = 0.01 WHERE id = 1", "1", "fee")]
    [InlineData("UPDATE customers SET checked = false WHERE id = 2", "2", "checked")]
    public async Task A_changed_transformed_value_is_named_by_row_and_column(string damage, string row, string column)
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync()).MustBeVerified();
        await journey.PsqlAsync(damage);
        var mismatch = Assert.Single((await journey.VerifyAsync()).MustBe(3).Document.Mismatches);
        Assert.Equal(("GW1501", "customers", row, column), (mismatch.Code, mismatch.Table, mismatch.Row, mismatch.Column));
    }

    [Fact]
    public async Task Verification_needs_the_secrets_of_the_move()
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync()).MustBeVerified();
        journey.Environment["MASK_KEY"] = null;
        Assert.Contains("MASK_KEY", (await journey.VerifyAsync()).MustBe(1).Finding("GW1742").Message, StringComparison.Ordinal);
        journey.Environment["MASK_KEY"] = "another key of 16 bytes";
        Assert.Contains("MASK_KEY", (await journey.VerifyAsync()).MustBe(1).Finding("GW1320").Message, StringComparison.Ordinal);
        journey.Environment["MASK_KEY"] = null;
        journey.Environment["MASK_KEY_FILE"] = journey.Folder.Write("mask.key", "0123456789abcdef-mask\n");
        (await journey.VerifyAsync()).MustBeVerified();
    }

    [Fact]
    public async Task A_source_that_was_changed_since_differs()
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync()).MustBeVerified();
        journey.Folder.Change("UPDATE customers SET api_key = 'key-9' WHERE id = 1");
        Assert.Equal("api_key, key_bytes", Assert.Single((await journey.VerifyAsync()).MustBe(3).Document.Mismatches).Column);
    }

    [Fact]
    public async Task The_certificate_names_every_transform_and_no_secret()
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync()).MustBeVerified();
        var text = await File.ReadAllTextAsync(journey.Folder.Certificate, TestContext.Current.CancellationToken);
        var table = JsonDocument.Parse(text).RootElement.GetProperty("tables")[0];
        var transforms = table.GetProperty("transforms").EnumerateArray().ToDictionary(t => t.GetProperty("column").GetString()!, t => t);
        Assert.Equal(13, transforms.Count);
        var key = transforms["api_key_hash"];
        Assert.Equal(
            ("hash", "{\"key\":\"API_KEY_PEPPER\",\"output\":\"hex\"}", "api_key", "equal to the transform of the source"),
            (key.GetProperty("transform").GetString(), key.GetProperty("parameters").GetString(), key.GetProperty("from")[0].GetString(), key.GetProperty("proven").GetString()));
        Assert.Equal(["street", "city"], transforms["address"].GetProperty("from").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(["name"], table.GetProperty("leftOutColumns").EnumerateArray().Select(f => f.GetString()));
        Assert.DoesNotContain(Customers.Pepper, text, StringComparison.Ordinal);
        (await journey.RunAsync("certificate", "verify", journey.Folder.Certificate)).MustBe(0);
        var verified = (await journey.RunAsync("certificate", "show", journey.Folder.Certificate)).MustBe(0);
        Assert.Contains("customers.email by mask:email(email)", verified.Output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(journey.Folder.Certificate, text.Replace("\"hash\"", "\"lower\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await journey.RunAsync("certificate", "verify", journey.Folder.Certificate)).ExitCode);
    }

    [Fact]
    public async Task What_the_target_says_of_its_transforms_is_no_proof()
    {
        using var journey = await Customers.PrepareAsync(servers);
        (await journey.TransformAsync()).MustBeVerified();
        // Somebody puts a value of his own into every row, and says so in the plan.
        await journey.PsqlAsync("UPDATE customers SET origin = 'forged'; UPDATE godwit.runs SET plan = replace(plan, 'legacy', 'forged')");
        var told = (await journey.VerifyAsync()).MustBe(3);
        Assert.Equal("origin", told.Finding("GW1505", "origin").Column);
        File.Delete(journey.Folder.Certificate);
        await journey.PsqlAsync("UPDATE godwit.runs SET certificate = NULL");
        Assert.Contains((await journey.VerifyAsync()).MustBe(3).Document.Findings, f => f.Code == "GW1505" && f.Message.Contains("Only the target's own records", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_and_no_raw_value_is_written_down_anywhere()
    {
        using var journey = await Customers.PrepareAsync(servers);
        var moved = (await journey.TransformAsync()).MustBeVerified();
        var verified = (await journey.VerifyAsync()).MustBeVerified();
        var rows = await journey.TextsAsync("SELECT concat(r::text, s::text, l::text) FROM godwit.runs r LEFT JOIN godwit.steps s ON s.run = r.id LEFT JOIN godwit.leases l ON l.run = r.id");
        var all = string.Join("\n", [moved.Output, moved.Error, verified.Output, verified.Error, .. rows, File.ReadAllText(journey.Folder.Certificate)]);
        foreach (var secret in (string[])[Customers.Pepper, "0123456789abcdef-mask", "key-1", "ada@example.org", "Lovelace"]) Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_shows_each_transformed_column()
    {
        using var journey = await Customers.PrepareAsync(servers);
        var planned = (await journey.TransformAsync("--dry-run")).MustBe(0);
        var column = planned.Table("customers").Column("api_key");
        Assert.Equal(("api_key_hash", "text"), (column.Target, column.Type));
        Assert.StartsWith("hash(api_key)", column.Reason, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"hash\"", planned.Output, StringComparison.Ordinal);
        var text = (await journey.RunAsync("move", "--from", journey.Folder.Source, "--to", journey.Target.Url, "--map", journey.Folder.File("map.yaml"), "--dry-run")).MustBe(0);
        Assert.Contains("split(name)", text.Output, StringComparison.Ordinal);
        Assert.Equal(0L, (await journey.RowAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"))[0]);
    }
}
