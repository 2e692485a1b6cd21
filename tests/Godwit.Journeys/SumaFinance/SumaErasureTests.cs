using System.Text;
using Godwit.TestServers;

namespace Godwit.Journeys.SumaFinance;

/// <summary>Who is gone is gone: an erasure in the service reaches what is left of the legacy system, and contract leaves nobody's address in a file.</summary>
public sealed class SumaErasureTests(PostgresServers servers)
{
    /// <summary>What the service does with an account's row in the transaction that erases its person.</summary>
    private static string Erase(int id) => $"UPDATE identity.users SET deleted_at = now(), email_index = NULL, encrypted_email = NULL, encrypted_first_name = NULL, encrypted_last_name = NULL WHERE uuid = (SELECT uuid FROM suma.people WHERE legacy_id = {id})";

    private const string Left = """
        SELECT count(*)::text FROM (SELECT l::text AS t FROM legacy_users l WHERE id IN (201, 202) UNION ALL SELECT p::text FROM suma.people p UNION ALL SELECT q::text FROM suma.quarantine q) x
        WHERE t ILIKE '%user201@%' OR t LIKE '%Person 201%' OR t LIKE '%Person 202%'
        """;

    [Fact]
    public async Task An_erasure_reaches_the_legacy_rows_the_consents_and_the_quarantine_and_no_way_back_undoes_it()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 400);
        (await folder.RunAsync("run")).MustBe(0);
        // 202 is another spelling of 201's mailbox, set aside.
        Assert.NotEqual("0", await folder.AskAsync(Left));
        await folder.Target.ExecuteAsync(Erase(201));
        Assert.Equal("0", await folder.AskAsync(Left));
        Assert.Equal("0", await folder.AskAsync("SELECT count(*)::text FROM legacy_consents WHERE user_id IN (201, 202)"));
        Assert.Equal("202: the person was erased", await folder.AskAsync("SELECT legacy_id || ': ' || reason FROM suma.quarantine WHERE kind = 'user' AND legacy_id IN (201, 202)"));
        // The tables stay closed for everybody else.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => folder.Target.ExecuteAsync("UPDATE legacy_users SET first_name = 'x' WHERE id = 1"));

        (await folder.RunAsync("rollback", "--override", "a test of the way back")).MustBe(6);
        Assert.Equal("2 closed", await folder.AskAsync("SELECT count(*) || ' closed' FROM legacy_users WHERE id IN (201, 202) AND num_nonnulls(email, password_hash, first_name, last_name, last_login_at) = 0 AND deleted_at IS NOT NULL"));
        (await folder.RunAsync("run")).MustBe(0);
        Assert.Equal("0", await folder.AskAsync("SELECT count(*)::text FROM suma.people p JOIN identity.users u USING (uuid) WHERE p.legacy_id IN (201, 202)"));
    }

    [Fact]
    public async Task After_contract_no_address_of_an_account_is_in_a_file_and_an_erasure_still_reaches_the_quarantine()
    {
        using var folder = await SumaFolder.PrepareAsync(servers, 400);
        (await folder.RunAsync("run")).MustBe(0);
        var uuid = await folder.AskAsync("SELECT uuid::text FROM suma.people WHERE legacy_id = 201");
        await folder.Target.ExecuteAsync("ANALYZE; CHECKPOINT", superuser: true);
        Assert.NotEmpty(await InFilesAsync(folder));
        (await folder.RunAsync("finish", "--early", "a test of contract")).MustBe(0);
        Assert.Equal("400 rows, 0 with anything of a person", await folder.AskAsync("""
            SELECT count(*) || ' rows, ' || count(*) FILTER (WHERE num_nonnulls(email, password_hash, first_name, last_name, last_login_at) > 0) || ' with anything of a person' FROM legacy_users
            """));
        await folder.Target.ExecuteAsync("CHECKPOINT", superuser: true);
        Assert.Empty(await InFilesAsync(folder));

        Assert.Equal("1", await folder.AskAsync("SELECT count(*)::text FROM suma.quarantine WHERE kind = 'user' AND legacy_id = 202"));
        await folder.Target.ExecuteAsync($"UPDATE identity.users SET deleted_at = now(), email_index = NULL, encrypted_email = NULL WHERE uuid = '{uuid}'");
        Assert.Equal("0", await folder.AskAsync("SELECT count(*)::text FROM suma.quarantine WHERE kind = 'user' AND legacy_id = 202"));
    }

    /// <summary>The database's files in which an address stands that is an account's and nobody else's.</summary>
    private static async Task<IReadOnlyList<string>> InFilesAsync(SumaFolder folder)
    {
        byte[][] addresses = [.. ((string[])["user5@example.com", "user150@example.com", "user333@example.com"]).Select(Encoding.UTF8.GetBytes)];
        var number = await folder.AskAsync("SELECT oid::text FROM pg_database WHERE datname = current_database()");
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(((PostgresServer)folder.Target.Server).DataFolder, "base", number)))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            if (addresses.Any(a => bytes.AsSpan().IndexOf(a) >= 0))
                found.Add(await folder.AskAsync($"SELECT coalesce((SELECT oid::regclass::text FROM pg_class WHERE pg_relation_filenode(oid) = {Path.GetFileName(file).Split('.', '_')[0]}), '{Path.GetFileName(file)}')"));
        }
        return found;
    }
}
