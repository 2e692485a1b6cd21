using System.Diagnostics;
using Godwit.Engine.Files;
using Godwit.Engine.Backups;
using Godwit.Engine.Steps;
using Godwit.Model.Findings;
using Godwit.Model.Runbooks;
using Godwit.Sqlite.Backups;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Tests.Backups;

/// <summary>A database that is replaced: nobody writes to it meanwhile, and what was in it stays.</summary>
public sealed class SqliteRestoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-restore-").FullName;

    private string Live => Path.Combine(_folder, "live", "app.sqlite");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    [InlineData("wal", false)]
    public async Task A_database_that_somebody_is_in_is_not_replaced(string mode, bool writes)
    {
        using var place = Place();
        var backup = await BackUpAsync(place, mode);
        using (var other = SqliteConnection.OpenForWriting(Live))
        {
            if (mode == "wal") other.Execute("PRAGMA wal_autocheckpoint = 0");
            other.Execute(writes ? "BEGIN IMMEDIATE" : "BEGIN");
            Assert.Equal(3, other.QueryInteger("SELECT count(*) FROM notes"));
            var refused = await Assert.ThrowsAsync<BackupException>(() => SqliteRestore.RunAsync(backup, Live, new RestoreRequest(place, "a trial") { Time = new Hurried() }, Token));
            Assert.Equal(FindingCodes.RestoreRefused, refused.Findings[0].Code);
            Assert.Contains("is in use", refused.Findings[0].Message, StringComparison.Ordinal);
            other.Execute("COMMIT");
            other.Execute("INSERT INTO notes VALUES (9)");
        }
        Assert.Equal(4, Count(Live));
        MustBeTidy(0);
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("wal")]
    public async Task Between_the_last_look_and_the_new_file_nobody_writes_and_nothing_that_was_written_is_lost(string mode)
    {
        using var place = Place();
        var backup = await BackUpAsync(place, mode);
        using (var writer = SqliteConnection.OpenForWriting(Live)) writer.Execute("INSERT INTO notes VALUES (4)");
        // Open, and idle: with a rollback journal nothing beside the file tells of it.
        using var idle = SqliteConnection.OpenForWriting(Live);
        var tried = false;
        var made = await SqliteRestore.RunAsync(
            backup, Live, new RestoreRequest(place, "a trial")
            {
                BeforeSwap = () =>
                {
                    tried = true;
                    Assert.True(Assert.Throws<SqliteException>(() => idle.Execute("INSERT INTO notes VALUES (5)")).IsTransient);
                    return Task.CompletedTask;
                },
            },
            Token);
        Assert.True(tried);
        Assert.Equal(3, Count(Live));
        Assert.Equal(4, Count(made.Former!));
        // It is told that its file has gone from under it (SQLITE_READONLY_DBMOVED), where SQLite looks.
        if (mode == "delete") Assert.Equal(SqliteApi.ReadOnly, Assert.Throws<SqliteException>(() => idle.Execute("INSERT INTO notes VALUES (5)")).Code);
        MustBeTidy(1);
    }

    [Fact]
    public async Task The_former_is_the_same_file_under_another_name_and_the_new_one_is_as_readable_as_it_was()
    {
        using var place = Place();
        var backup = await BackUpAsync(place, "delete");
        File.SetUnixFileMode(Live, (UnixFileMode)Convert.ToInt32("664", 8));
        if (Environment.IsPrivilegedProcess) Run("chown", "4711:4712", Live);
        var before = FileIdentity.Of(Live)!.Value;

        var made = await SqliteRestore.RunAsync(backup, Live, new RestoreRequest(place, "a trial"), Token);

        Assert.Equal(before, FileIdentity.Of(made.Former!));
        var now = FileIdentity.Of(Live)!.Value;
        Assert.NotEqual(before.Inode, now.Inode);
        Assert.Equal((before.User, before.Group, before.Mode), (now.User, now.Group, now.Mode));
        // At once again: a name of its own.
        var again = await SqliteRestore.RunAsync(backup, Live, new RestoreRequest(place, "another"), Token);
        Assert.NotEqual(made.Former, again.Former);
        Assert.Equal(now, FileIdentity.Of(again.Former!));
        MustBeTidy(2);
    }

    [Fact]
    public async Task Where_a_file_has_one_name_only_it_is_copied_under_its_lock()
    {
        using var place = Place();
        await BackUpAsync(place, "wal");
        using (var held = await ReplacedDatabase.HoldAsync(Live, TimeProvider.System, Token))
        {
            held.Copy(Live + ".copy");
            using var other = SqliteConnection.OpenForWriting(Live);
            Assert.True(Assert.Throws<SqliteException>(() => other.Execute("INSERT INTO notes VALUES (5)")).IsTransient);
        }
        Assert.Equal(3, Count(Live + ".copy"));
        Assert.Equal(FileIdentity.Of(Live)!.Value.Mode, FileIdentity.Of(Live + ".copy")!.Value.Mode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_no_database_any_more_is_replaced_and_kept(bool link)
    {
        using var place = Place();
        var backup = await BackUpAsync(place, "delete");
        await File.WriteAllTextAsync(Live, new string('x', 5000), Token);
        var path = Live;
        if (link) File.CreateSymbolicLink(path = Path.Combine(_folder, "link"), Live);

        var made = await SqliteRestore.RunAsync(backup, path, new RestoreRequest(place, "it is damaged"), Token);

        Assert.Equal(Live, made.Database);
        Assert.Equal(3, Count(path));
        Assert.Equal(new string('x', 5000), await File.ReadAllTextAsync(made.Former!, Token));
        MustBeTidy(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_is_none_it_is_this_user_s_alone_and_replaces_nothing_that_came_meanwhile(bool comes)
    {
        using var place = Place();
        var backup = await BackUpAsync(place, "delete");
        var path = Path.Combine(_folder, "live", "new.sqlite");
        var request = new RestoreRequest(place, null) { BeforeSwap = () => comes ? File.WriteAllTextAsync(path, "somebody's", Token) : Task.CompletedTask };
        if (comes)
        {
            Assert.Equal(FindingCodes.RestoreFailed, (await Assert.ThrowsAsync<BackupException>(() => SqliteRestore.RunAsync(backup, path, request, Token))).Findings[0].Code);
            Assert.Equal("somebody's", await File.ReadAllTextAsync(path, Token));
        }
        else
        {
            Assert.Null((await SqliteRestore.RunAsync(backup, path, request, Token)).Former);
            Assert.Equal(3, Count(path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
        Assert.False(Directory.Exists(path + ".restoring"));
    }

    [Fact]
    public async Task Two_restores_at_once_are_both_whole()
    {
        using var place = Place();
        var backup = await BackUpAsync(place, "delete");
        // What a killed one leaves.
        var left = Path.Combine(Live + ".restoring", "w-0123456789ab");
        Directory.CreateDirectory(left);
        await File.WriteAllTextAsync(Path.Combine(left, "database.sqlite"), "half", Token);

        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => SqliteRestore.RunAsync(backup, Live, new RestoreRequest(place, $"trial {i}"), Token), Token)));

        Assert.All([Live, .. both.Select(m => m.Former!)], f => Assert.Equal(3, Count(f)));
        MustBeTidy(4);
    }

    private async Task<StoredBackup> BackUpAsync(BackupPlace place, string mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Live)!);
        using (var connection = SqliteConnection.OpenForWriting(Live))
        {
            connection.Execute($"PRAGMA journal_mode = {mode}");
            connection.Execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
            connection.Execute("INSERT INTO notes VALUES (1), (2), (3)");
        }
        await SqliteBackup.CreateAsync(Live, new BackupRequest(place, "0"), Token);
        await SqliteBackup.VerifyAsync(place.Store.Find(null)!, place, _ => { }, TimeProvider.System, Token);
        // A reader leaves what belongs to WAL mode beside it, empty.
        using (var connection = SqliteConnection.OpenForWriting(Live)) connection.QueryInteger("SELECT count(*) FROM notes");
        return place.Store.Find(null)!;
    }

    private void MustBeTidy(int formers)
    {
        var names = Directory.GetFileSystemEntries(Path.GetDirectoryName(Live)!).Select(Path.GetFileName).ToList();
        Assert.Equal(formers, names.Count(n => n!.StartsWith("app.sqlite.before-", StringComparison.Ordinal)));
        Assert.All(names, n => Assert.Matches(@"^app\.sqlite(\.before-[0-9a-f-]+)?$", n));
    }

    private static long? Count(string path)
    {
        using var connection = SqliteConnection.OpenForReading(path, immutable: true);
        return connection.QueryInteger("SELECT count(*) FROM notes");
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private BackupPlace Place() => BackupPlace.Resolve(
        new BackupSettings { Destinations = [new ValueFrom(Literal: "backups")], Staging = new ValueFrom(Literal: "staging") }, _folder, NoVariables.Instance, Path.Combine(_folder, "home")).Place!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A second of it is a tenth of a millisecond.</summary>
    private sealed class Hurried : TimeProvider
    {
        public override long TimestampFrequency => System.TimestampFrequency / 10_000;
    }

    private sealed class NoVariables : IRunEnvironment
    {
        public static NoVariables Instance { get; } = new();

        public string? Find(string name) => null;
    }
}
