using System.Text.Json;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Tests.Opening;

public sealed class SnapshotTests
{
    [Theory]
    [InlineData("PRAGMA user_version = 0")]
    [InlineData("PRAGMA journal_mode = WAL")]
    public void A_stream_of_commits_never_splits_the_readers(string prologue)
    {
        using var source = new SourceFolder();
        source.Make(prologue: prologue);
        using var application = new Shell(source.Database);
        application.Run("PRAGMA busy_timeout = 60000; PRAGMA synchronous = OFF;");
        application.Send(string.Join('\n', Enumerable.Range(1, 3000).Select(i => $"INSERT INTO t(body) VALUES ('{i}');")));
        for (var round = 0; round < 20; round++)
        {
            var options = source.Options with { Readers = 5, BusyTimeout = TimeSpan.FromSeconds(30) };
            using var file = SourceFile.Open(source.Database, options).File!;
            var counts = Enumerable.Range(0, 5).Select(_ => file.OpenReader().QueryInteger("SELECT count(*) FROM t"))
                .Append(file.Control.QueryInteger("SELECT count(*) FROM t"));
            Assert.Single(counts.Distinct());
        }
    }

    [Fact]
    public void A_commit_between_two_readers_makes_all_begin_anew()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using var writer = SqliteConnection.OpenForWriting(source.Database);
        using var files = SourceFiles.Open(source.Database);
        var looks = 0;
        using var readers = SnapshotReaders.Take(() => SqliteConnection.OpenForReading(source.Database), 3, () =>
        {
            if (looks++ < 4) writer.Execute("INSERT INTO t(body) VALUES ('between')");
            return SourceFingerprint.Read(files, live: true);
        }, new Deadline(TimeProvider.System, TimeSpan.FromSeconds(30)));
        Assert.NotNull(readers);
        Assert.Equal(5, looks);
        Assert.All(readers.Readers, r => Assert.Equal(104, r.QueryInteger("SELECT count(*) FROM t")));
    }

    [Fact]
    public void Commits_without_a_pause_end_at_the_deadline()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using var writer = SqliteConnection.OpenForWriting(source.Database);
        using var files = SourceFiles.Open(source.Database);
        Assert.Null(SnapshotReaders.Take(() => SqliteConnection.OpenForReading(source.Database), 1, () =>
        {
            writer.Execute("INSERT INTO t(body) VALUES ('between')");
            return SourceFingerprint.Read(files, live: true);
        }, new Deadline(TimeProvider.System, TimeSpan.FromMilliseconds(50))));
    }

    [Fact]
    public void A_later_commit_is_noticed_and_not_read()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using var application = new Shell(source.Database);
        application.Run("SELECT count(*) FROM t;");
        using var file = source.Open();
        Assert.False(file.HasChanged());
        application.Run("UPDATE t SET body = 'later';");
        Assert.True(file.HasChanged());
        Assert.Equal(0, file.OpenReader().QueryInteger("SELECT count(*) FROM t WHERE body = 'later'"));
    }

    [Fact]
    public void A_transaction_that_is_not_committed_is_no_change()
    {
        using var source = new SourceFolder();
        source.Make(rows: 2000, prologue: "PRAGMA journal_mode = WAL");
        using var application = new Shell(source.Database);
        application.Run("PRAGMA cache_size = 1; SELECT count(*) FROM t;");
        using var file = source.Open();
        application.Run("BEGIN; UPDATE t SET body = printf('%0500d', -id);");
        Assert.False(file.HasChanged());
        application.Run("COMMIT;");
        Assert.True(file.HasChanged());
    }

    [Fact]
    public void Readers_of_a_rollback_journal_keep_writers_from_committing()
    {
        using var source = new SourceFolder();
        source.Make();
        using var application = new Shell(source.Database);
        using (var file = source.Open())
        {
            application.Run("PRAGMA busy_timeout = 1; BEGIN IMMEDIATE; UPDATE t SET body = 'later'; COMMIT;");
            Assert.False(file.HasChanged());
            Assert.Equal(0, file.OpenReader().QueryInteger("SELECT count(*) FROM t WHERE body = 'later'"));
        }

        application.Run("COMMIT;");
        Assert.Equal("100", application.Run("SELECT count(*) FROM t WHERE body = 'later';"));
    }

    [Theory]
    [InlineData(ReadingMode.Immutable)]
    [InlineData(ReadingMode.PrivateCopy)]
    public void A_writer_that_comes_to_a_source_without_locks_is_noticed(ReadingMode mode)
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        made.Make(prologue: "PRAGMA journal_mode = WAL");
        using (var connection = SqliteConnection.OpenForWriting(made.Database))
        {
            connection.Execute("INSERT INTO t VALUES (1000, 'only in the -wal')");
            if (mode == ReadingMode.PrivateCopy) made.CopyTo(source, "", "-wal");
            else made.CopyTo(source, "");
        }

        using var file = source.Open();
        Assert.Equal(mode, file.Facts.Mode);
        Assert.False(file.HasChanged());
        using var application = new Shell(source.Database);
        application.Run("INSERT INTO t(body) VALUES ('later');");
        Assert.True(file.HasChanged());
    }

    [Fact]
    public void Another_file_in_its_place_is_a_change()
    {
        using var source = new SourceFolder();
        source.Make();
        using var file = source.Open();
        File.Copy(source.Database, source.Database + ".new");
        File.SetLastWriteTimeUtc(source.Database + ".new", File.GetLastWriteTimeUtc(source.Database));
        File.Move(source.Database + ".new", source.Database, overwrite: true);
        Assert.True(file.HasChanged());
        File.Delete(source.Database);
        Assert.True(file.HasChanged());
    }

    [Fact]
    public void A_fingerprint_survives_JSON_and_another_opening()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using var application = new Shell(source.Database);
        application.Run("INSERT INTO t(body) VALUES ('in the -wal');");
        SourceFingerprint first;
        using (var file = source.Open()) first = file.Fingerprint;
        Assert.NotNull(first.Wal);
        var kept = JsonSerializer.Deserialize<SourceFingerprint>(JsonSerializer.Serialize(first));
        using (var again = source.Open()) Assert.Equal(kept, again.Fingerprint);
        application.Run("INSERT INTO t(body) VALUES ('another');");
        using (var later = source.Open()) Assert.NotEqual(kept, later.Fingerprint);
    }

    [Fact]
    public void A_reader_keeps_its_lock_when_a_second_source_on_its_file_is_disposed()
    {
        using var source = new SourceFolder();
        source.Make();
        using var one = source.Open();
        source.Open().Dispose();
        using var application = new Shell(source.Database);
        application.Run("PRAGMA busy_timeout = 1; UPDATE t SET body = 'later';");
        Assert.Equal("0", application.Run("SELECT count(*) FROM t WHERE body = 'later';"));
        Assert.False(one.HasChanged());
    }

    [Theory]
    [InlineData("UTF-8", TextEncoding.Utf8)]
    [InlineData("UTF-16le", TextEncoding.Utf16LittleEndian)]
    [InlineData("UTF-16be", TextEncoding.Utf16BigEndian)]
    public void The_encoding_is_known(string name, TextEncoding expected)
    {
        using var source = new SourceFolder();
        source.Make(prologue: $"PRAGMA encoding = '{name}'");
        using var file = source.Open();
        Assert.Equal(expected, file.Encoding);
    }

    [Fact]
    public void Readers_are_handed_out_returned_and_counted()
    {
        using var source = new SourceFolder();
        source.Make();
        using var file = source.Open();
        var taken = Enumerable.Range(0, 3).Select(_ => file.OpenReader()).ToArray();
        Assert.Throws<InvalidOperationException>(file.OpenReader);
        file.Return(taken[1]);
        Assert.Same(taken[1], file.OpenReader());
        Assert.Throws<ArgumentException>(() => file.Return(file.Control));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 0", ReadingMode.RollbackJournal)]
    [InlineData("PRAGMA journal_mode = WAL", ReadingMode.Immutable)]
    public void A_read_only_mount_is_enough(string prologue, ReadingMode mode)
    {
        using var source = new SourceFolder();
        source.Make(prologue: prologue);
        using var mount = TestMount.TryMakeReadOnly(source.Folder);
        Assert.SkipUnless(mount is not null, "this user may not mount");
        Assert.ThrowsAny<IOException>(() => File.WriteAllText(Path.Combine(mount!.Folder, "probe"), ""));
        using var file = SourceFile.Open(Path.Combine(mount!.Folder, "app.db"), source.Options).File!;
        Assert.Equal(mode, file.Facts.Mode);
        Assert.Equal(100, file.OpenReader().QueryInteger("SELECT count(*) FROM t"));
    }

    [Fact]
    public void A_WAL_on_a_read_only_mount_is_read_from_a_private_copy()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        made.Make(prologue: "PRAGMA journal_mode = WAL");
        using (var connection = SqliteConnection.OpenForWriting(made.Database))
        {
            connection.Execute("INSERT INTO t VALUES (1000, 'only in the -wal')");
            made.CopyTo(source, "", "-wal", "-shm");
        }

        using var mount = TestMount.TryMakeReadOnly(source.Folder);
        Assert.SkipUnless(mount is not null, "this user may not mount");
        using var file = SourceFile.Open(Path.Combine(mount!.Folder, "app.db"), source.Options).File!;
        Assert.Equal(ReadingMode.PrivateCopy, file.Facts.Mode);
        Assert.Equal(101, file.OpenReader().QueryInteger("SELECT count(*) FROM t"));
    }
}
