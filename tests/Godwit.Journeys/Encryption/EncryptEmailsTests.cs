using System.Diagnostics;
using System.Text;
using Godwit.Security.Keyring;
using Godwit.TestServers;
using Npgsql;

namespace Godwit.Journeys.Encryption;

/// <summary>
/// Plain emails become encrypted and indexed ones while an application changes them, by runners that are killed; their keys are rotated the same way; and in the end no store knows an email.
/// </summary>
public sealed class EncryptEmailsTests(PostgresServers servers)
{
    private const string Encrypt =
        """
          expand:
            steps:
              - sql: columns.sql
          backfill:
            steps:
              - id: encrypt
                backfill:
                  from: users
                  set:
                    email_encrypted: {encrypt: {from: email, row: [id]}}
                    email_index: {blind_index: {from: email, purpose: users.email, normalise: email}}
                  empty_before: true
                  passes: 4
                  max_wal_share: 100
        """;

    private const string Rotate =
        """
          backfill:
            steps:
              - id: anew
                irreversible: the former keys go
                backfill:
                  from: users
                  set:
                    email_encrypted: {encrypt: {encrypted: true, row: [id]}}
                    email_index: {blind_index: {from: email_encrypted, encrypted: true, from_row: [id], purpose: users.email, normalise: email}}
                  passes: 4
                  max_wal_share: 100
        """;

    [Fact]
    public Task Emails_are_encrypted_under_writers_rotated_and_nowhere_plain_by_runners_that_are_killed() => JourneyAsync(rows: 20_000, kills: 2);

    [Fact]
    [Trait("Category", "Soak")]
    public Task A_million_emails() => JourneyAsync(rows: 1_000_000, kills: 5);

    [Fact]
    public async Task A_run_without_a_key_is_refused_before_anything_is_made()
    {
        await using var users = await EncryptedUsers.MakeAsync(servers, 10);
        users.Folder.Runbook(Encrypt, "encrypt");
        users.Folder.Environment["GODWIT_MASTER_KEY_FILE"] = null;
        var outcome = (await users.RunAsync("run", "--json")).MustBe(1);
        Assert.Contains("GW1749", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(2, await users.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'users'"));
    }

    [Fact]
    [Trait("Category", "Soak")]
    public async Task A_key_that_is_rotated_by_command_in_the_middle_of_a_run_is_taken_up_by_it()
    {
        await using var users = await EncryptedUsers.MakeAsync(servers, 4000);
        // Slow enough that application and run have the next key long before the last row.
        users.Folder.Runbook(Encrypt + "\n          rows_per_second: 400", "encrypt");
        var former = await users.ActiveAsync(KeyPurpose.Data);
        using var runner = await users.StartAsync("encrypt");
        (await users.KeysAsync("rotate", "data")).MustBe(0);
        Assert.False(runner.HasExited, "the run was over before the key was rotated");
        (await runner.WaitAsync()).MustBe(0);
        Assert.Equal(4000, (await users.ReadAsync()).Count);
        Assert.NotEqual(former, await users.ActiveAsync(KeyPurpose.Data));
        (await users.KeysAsync("retire", former.ToString())).MustBe(0);
    }

    private async Task JourneyAsync(int rows, int kills)
    {
        await using var users = await EncryptedUsers.MakeAsync(servers, rows);
        users.Folder.Runbook(Encrypt, "encrypt");
        var watch = Stopwatch.StartNew();
        await WhileWritingAsync(users, rows, () => users.KilledAsync("encrypt", kills));
        TestContext.Current.SendDiagnosticMessage("encrypted {0} rows in {1}", rows, watch.Elapsed);
        var plain = await PlainAsync(users);
        Assert.Equal(plain, await users.ReadAsync());

        var formers = new[] { await users.RotateAsync(KeyPurpose.Data), await users.RotateAsync(KeyPurpose.Index) };
        foreach (var former in formers) await Assert.ThrowsAsync<KeyringException>(() => users.RetireAsync(former));
        users.Folder.Runbook(Rotate, "rotate");
        await users.KilledAsync("anew", kills);
        Assert.Equal(plain, await users.ReadAsync());
        foreach (var former in formers) await users.RetireAsync(former);
        await users.RewrapAsync();
        Assert.Equal(plain, await users.ReadAsync());
        (await users.RunAsync("report")).MustBe(0);

        await users.Folder.Target.ExecuteAsync("ALTER TABLE users DROP COLUMN email", superuser: true);
        await users.Folder.Target.ExecuteAsync("VACUUM FULL users", superuser: true);
        await users.Folder.Target.ExecuteAsync("ANALYZE users", superuser: true);
        Assert.Equal([], await PlainPlacesAsync(users));
    }

    /// <summary>Carries something out while the application changes emails.</summary>
    private static async Task WhileWritingAsync(EncryptedUsers users, int rows, Func<Task> work)
    {
        using var stop = new CancellationTokenSource();
        Task? writing = null;
        var working = work();
        try
        {
            // It can write the new columns once they are there.
            while (!working.IsCompleted && await users.Folder.Target.ScalarAsync<long>("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'users'") < 4) await Task.Delay(10);
            writing = users.WriteAsync(rows, stop.Token);
            await working;
        }
        finally
        {
            await stop.CancelAsync();
            if (writing is not null) await writing;
        }
    }

    private static async Task<Dictionary<long, string>> PlainAsync(EncryptedUsers users)
    {
        var plain = new Dictionary<long, string>();
        await using var connection = await users.Folder.Target.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT id, email FROM users", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) plain[reader.GetInt64(0)] = reader.GetString(1);
        return plain;
    }

    /// <summary>Where an email is still to be read: the data files of the table, every table of godwit's, statistics, whatever the commands wrote and said.</summary>
    private static async Task<IReadOnlyList<string>> PlainPlacesAsync(EncryptedUsers users)
    {
        var places = new List<string>();
        var database = users.Folder.Target;
        await using var connection = await database.OpenAsync(superuser: true);
        async Task LookAsync(string place, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            if (await command.ExecuteScalarAsync() is true) places.Add(place);
        }
        await LookAsync("the data file of users", $"SELECT position(convert_to('{EncryptedUsers.Mark}', 'UTF8') IN pg_read_binary_file(pg_relation_filepath('users'))) > 0");
        await LookAsync("statistics", $"SELECT EXISTS (SELECT FROM pg_stats s WHERE s::text LIKE '%{EncryptedUsers.Mark}%')");
        var tables = new List<string>();
        await using (var names = new NpgsqlCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'godwit'", connection))
        await using (var reader = await names.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }
        Assert.NotEmpty(tables);
        foreach (var table in tables) await LookAsync(table, $"SELECT EXISTS (SELECT FROM {table} t WHERE t::text LIKE '%{EncryptedUsers.Mark}%')");
        var mark = Encoding.UTF8.GetBytes(EncryptedUsers.Mark);
        foreach (var file in Directory.EnumerateFiles(users.Folder.Path, "*", SearchOption.AllDirectories))
        {
            if ((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(mark) >= 0) places.Add(Path.GetRelativePath(users.Folder.Path, file));
        }
        if (users.Said.ToString().Contains(EncryptedUsers.Mark, StringComparison.Ordinal)) places.Add("what commands said");
        return places;
    }
}
