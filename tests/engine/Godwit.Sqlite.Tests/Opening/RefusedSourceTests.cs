using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Tests.Opening;

public sealed class RefusedSourceTests
{
    [Fact]
    public void A_missing_file_is_no_database()
    {
        using var source = new SourceFolder();
        Assert.Equal(["GW1001"], source.Refuse());
    }

    [Fact]
    public void A_folder_is_no_database()
    {
        using var source = new SourceFolder();
        Directory.CreateDirectory(source.Database);
        Assert.Equal(["GW1001"], source.Refuse());
    }

    [Fact]
    public void A_device_is_no_database_and_is_not_waited_for()
    {
        using var source = new SourceFolder();
        Assert.Equal("GW1001", Assert.Single(SourceFile.Open("/dev/zero", source.Options).Findings).Code.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SQLite")]
    [InlineData("SQLite format 3\0")]
    [InlineData("id;name\n1;Anna\n")]
    public void Files_that_are_empty_short_or_text_are_no_database(string content)
    {
        using var source = new SourceFolder();
        File.WriteAllText(source.Database, content);
        Assert.Equal(["GW1001"], source.Refuse());
    }

    [Fact]
    public void A_page_of_text_is_no_database_though_its_size_would_fit_a_cipher()
    {
        using var source = new SourceFolder();
        File.WriteAllText(source.Database, string.Concat(Enumerable.Repeat("id;name;mail\n1;Anna;a@example.org", 512))[..8192]);
        Assert.Equal(["GW1001"], source.Refuse());
    }

    [Theory]
    [InlineData(8192, "GW1002")]
    [InlineData(8193, "GW1001")]
    public void Random_bytes_are_encrypted_when_they_come_in_whole_pages(int size, string code)
    {
        using var source = new SourceFolder();
        var bytes = new byte[size];
        new Random(4).NextBytes(bytes);
        File.WriteAllBytes(source.Database, bytes);
        Assert.Equal([code], source.Refuse());
    }

    [Fact]
    public void A_plain_header_before_cipher_text_is_encrypted()
    {
        using var source = new SourceFolder();
        source.Make();
        var bytes = File.ReadAllBytes(source.Database);
        new Random(4).NextBytes(bytes.AsSpan(32));
        File.WriteAllBytes(source.Database, bytes);
        Assert.Equal(["GW1002"], source.Refuse());
    }

    [Fact]
    public void Cipher_text_around_a_readable_page_size_is_encrypted()
    {
        using var source = new SourceFolder();
        source.Make();
        var bytes = File.ReadAllBytes(source.Database);
        new Random(4).NextBytes(bytes.AsSpan(0, 16));
        File.WriteAllBytes(source.Database, bytes);
        Assert.Equal(["GW1002"], source.Refuse());
    }

    [Fact]
    public void A_broken_page_is_corrupt()
    {
        using var source = new SourceFolder();
        source.Make(rows: 2000);
        using (var file = File.OpenWrite(source.Database))
        {
            file.Position = 4096 * 20;
            file.Write(new byte[4096]);
        }

        using var opened = source.Open();
        var findings = opened.QuickCheck(TestContext.Current.CancellationToken);
        Assert.NotEmpty(findings);
        Assert.All(findings, f => Assert.Equal("GW1003", f.Code.Id));
    }

    [Fact]
    public void A_cut_file_is_corrupt()
    {
        using var source = new SourceFolder();
        source.Make(rows: 2000);
        using (var file = File.OpenWrite(source.Database)) file.SetLength(4096 * 10);
        var result = SourceFile.Open(source.Database, source.Options);
        using var opened = result.File;
        var findings = opened?.QuickCheck(TestContext.Current.CancellationToken) ?? result.Findings;
        Assert.Contains("GW1003", findings.Select(f => f.Code.Id));
    }

    [Fact]
    public void Values_that_do_not_suit_their_column_are_no_damage()
    {
        using var source = new SourceFolder();
        using (var connection = SqliteConnection.OpenForWriting(source.Database))
        {
            connection.Execute("CREATE TABLE \"a.b\"(x BLOB, y BLOB)");
            connection.Execute("INSERT INTO \"a.b\" VALUES ('12', NULL)");
            connection.Execute("PRAGMA writable_schema = ON");
            connection.Execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE \"a.b\"(x INTEGER, y TEXT NOT NULL)'");
        }

        using var opened = source.Open();
        var findings = opened.QuickCheck(TestContext.Current.CancellationToken);
        Assert.Equal("Error GW1114 a.b, column y; Note GW1201 a.b, column x",
            string.Join("; ", findings.Select(f => $"{f.Severity} {f.Code} {f.Place}").Order()));
    }

    [Fact]
    public void A_check_can_be_cancelled()
    {
        using var source = new SourceFolder();
        source.Make();
        using var opened = source.Open();
        Assert.Throws<OperationCanceledException>(() => opened.QuickCheck(new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("PRAGMA user_version = 0")]
    [InlineData("PRAGMA journal_mode = WAL")]
    public void A_database_that_another_process_keeps_to_itself_is_locked(string prologue)
    {
        using var source = new SourceFolder();
        source.Make(prologue: prologue);
        using var application = new Shell(source.Database);
        application.Run("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE t SET body = '' WHERE id = 1;");
        Assert.Equal(["GW1004"], source.Refuse());
    }

    [Fact]
    public void A_lock_that_ends_in_time_is_waited_for()
    {
        using var source = new SourceFolder();
        source.Make();
        using var application = new Shell(source.Database);
        application.Run("BEGIN EXCLUSIVE;");
        application.Send("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT max(i) FROM n;\nCOMMIT;");
        using var opened = SourceFile.Open(source.Database, source.Options with { BusyTimeout = TimeSpan.FromSeconds(30) }).File;
        Assert.NotNull(opened);
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_told_so()
    {
        using var source = new SourceFolder();
        source.Make();
        source.Permit(file: UnixFileMode.None);
        using var user = new OrdinaryUser();
        Assert.Equal(["GW1005"], source.Refuse());
    }

    [Fact]
    public void A_private_copy_that_does_not_fit_is_refused_before_it_is_begun()
    {
        using var made = new SourceFolder();
        using var source = new SourceFolder();
        UntouchedSourceTests.MakeHotJournal(made, source);
        using var small = TestMount.TryMakeSmall();
        Assert.SkipUnless(small is not null, "this user may not mount");
        var result = SourceFile.Open(source.Database, source.Options with { ScratchFolder = small!.Folder });
        Assert.Equal("GW1005", Assert.Single(result.Findings).Code.Id);
        Assert.Empty(Directory.EnumerateFileSystemEntries(small.Folder));
    }
}
