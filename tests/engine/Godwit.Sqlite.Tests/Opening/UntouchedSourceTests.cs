using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Tests.Opening;

public sealed class UntouchedSourceTests
{
    [Fact]
    public void A_rollback_journal_database_is_read_in_place()
    {
        using var source = new SourceFolder();
        source.Make();
        Assert.Equal(ReadingMode.RollbackJournal, ReadAndCompare(source, 100));
    }

    [Fact]
    public void A_hot_journal_is_rolled_back_in_a_private_copy_and_stays_hot()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        MakeHotJournal(made, source);
        var journal = new FileInfo(source.Database + "-journal").Length;
        Assert.True(journal > 512);

        Assert.Equal(ReadingMode.PrivateCopy, ReadAndCompare(source, 2000));

        Assert.Equal(journal, new FileInfo(source.Database + "-journal").Length);
        Assert.Empty(Directory.EnumerateFileSystemEntries(source.Scratch));
    }

    [Fact]
    public void A_private_copy_is_told_as_a_note()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        MakeHotJournal(made, source);
        var result = SourceFile.Open(source.Database, source.Options);
        using var file = result.File;
        Assert.Equal("GW1008", Assert.Single(result.Findings).Code.Id);
    }

    [Fact]
    public void A_journal_beside_a_WAL_header_is_rolled_back_too()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        MakeHotJournal(made, source);
        using (var file = File.OpenWrite(source.Database))
        {
            file.Position = 18;
            file.Write([2, 2]);
        }

        Assert.Equal(ReadingMode.PrivateCopy, ReadAndCompare(source, 2000));
    }

    [Fact]
    public void A_live_WAL_database_is_read_beside_its_application()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using var application = new Shell(source.Database);
        application.Run("PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (1000, 'only in the -wal');");
        Assert.Equal(ReadingMode.WriteAheadLog, ReadAndCompare(source, 101, withSharedMemory: false));
        Assert.Equal("101", application.Run("SELECT count(*) FROM t;"));
    }

    [Theory]
    [InlineData("", "-wal")]
    [InlineData("", "-wal", "-shm")]
    public void Unsaved_content_of_a_WAL_is_read_from_a_private_copy_when_nobody_has_it_open(params string[] suffixes)
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        made.Make(prologue: "PRAGMA journal_mode = WAL");
        using (var connection = SqliteConnection.OpenForWriting(made.Database))
        {
            connection.Execute("INSERT INTO t VALUES (1000, 'only in the -wal')");
            made.CopyTo(source, suffixes);
        }

        Assert.Equal(ReadingMode.PrivateCopy, ReadAndCompare(source, 101));
    }

    [Fact]
    public void The_files_of_a_crashed_application_stay()
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        using (var application = new Shell(source.Database))
        {
            application.Run("INSERT INTO t VALUES (1000, 'only in the -wal');");
            application.Kill();
        }

        Assert.True(File.Exists(source.Database + "-shm"));
        Assert.Equal(ReadingMode.PrivateCopy, ReadAndCompare(source, 101));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_closed_WAL_database_is_read_without_a_file_appearing(bool emptyWal)
    {
        using var source = new SourceFolder();
        source.Make(prologue: "PRAGMA journal_mode = WAL");
        if (emptyWal) File.WriteAllBytes(source.Database + "-wal", []);
        Assert.Equal(ReadingMode.Immutable, ReadAndCompare(source, 100));
    }

    [Fact]
    public void A_WAL_beside_a_header_that_says_rollback_makes_no_file_either()
    {
        using var source = new SourceFolder();
        source.Make();
        File.WriteAllBytes(source.Database + "-wal", []);
        Assert.Equal(ReadingMode.Immutable, ReadAndCompare(source, 100));
    }

    [Theory]
    [InlineData("", "-wal")]
    [InlineData("", "-wal", "-shm")]
    public void A_folder_that_may_only_be_read_is_read_with_its_WAL(params string[] suffixes)
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        made.Make(prologue: "PRAGMA journal_mode = WAL");
        using (var connection = SqliteConnection.OpenForWriting(made.Database))
        {
            connection.Execute("INSERT INTO t VALUES (1000, 'only in the -wal')");
            made.CopyTo(source, suffixes);
        }

        source.Permit(file: UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using var user = new OrdinaryUser();
        Assert.Throws<UnauthorizedAccessException>(() => File.WriteAllText(source.Database + "-new", ""));
        Assert.Equal(ReadingMode.PrivateCopy, ReadAndCompare(source, 101));
    }

    [Theory]
    [InlineData("with space.db")]
    [InlineData("100%.db")]
    [InlineData("what?mode=rw.db")]
    [InlineData("a#b.db")]
    [InlineData("%41.db")]
    [InlineData("жизнь 🪿.sqlite")]
    public void Odd_names_name_the_file_they_name(string name)
    {
        using var source = new SourceFolder(name);
        source.Make();
        Assert.Equal(ReadingMode.RollbackJournal, ReadAndCompare(source, 100));
    }

    [Fact]
    public void A_symbolic_link_leads_to_the_journal_of_the_real_file()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        MakeHotJournal(made, source);
        var link = Path.Combine(source.Scratch + "-links", "link.db");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, source.Database);
        using var file = SourceFile.Open(link, source.Options).File!;
        Assert.Equal(ReadingMode.PrivateCopy, file.Facts.Mode);
    }

    [Fact]
    public void A_copy_that_a_killed_process_left_is_removed()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        MakeHotJournal(made, source);
        var left = Directory.CreateDirectory(Path.Combine(source.Scratch, "source-0011223344556677")).FullName;
        File.WriteAllText(Path.Combine(left, "held"), "");
        using var one = source.Open();
        using var two = source.Open();
        Assert.False(Directory.Exists(left));
        Assert.Equal(2, Directory.GetDirectories(source.Scratch).Length);
    }

    /// <summary>A journal is written before the pages it saves: with a cache of one page an open transaction has spilled both to disk.</summary>
    internal static void MakeHotJournal(SourceFolder made, SourceFolder source)
    {
        made.Make(rows: 2000);
        using var connection = SqliteConnection.OpenForWriting(made.Database);
        connection.Execute("PRAGMA cache_size = 1");
        connection.Execute("BEGIN");
        connection.Execute("UPDATE t SET body = printf('%0500d', -id)");
        connection.Execute("DELETE FROM t WHERE id > 1000");
        made.CopyTo(source, "", "-journal");
        connection.Execute("ROLLBACK");
    }

    private static ReadingMode ReadAndCompare(SourceFolder source, int rows, bool withSharedMemory = true)
    {
        var before = source.State(withSharedMemory);
        ReadingMode mode;
        using (var file = source.Open())
        {
            mode = file.Facts.Mode;
            var readers = Enumerable.Range(0, source.Options.Readers).Select(_ => file.OpenReader()).ToList();
            foreach (var reader in readers)
            {
                Assert.Equal(rows, reader.QueryInteger("SELECT count(*) FROM t"));
                Assert.Equal(0, reader.QueryInteger("SELECT count(*) FROM t WHERE body LIKE '%-%' AND id < 1000"));
            }

            foreach (var reader in readers) file.Return(reader);
            Assert.Empty(file.QuickCheck(TestContext.Current.CancellationToken));
            Assert.False(file.HasChanged());
        }

        Assert.Equal(before, source.State(withSharedMemory));
        return mode;
    }
}
