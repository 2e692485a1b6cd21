using System.Security.Cryptography;
using Godwit.Sqlite.Native;
using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Tests.Opening;

/// <summary>A folder with a source in it, a scratch folder elsewhere, and what the folder looks like to someone who compares it before and after.</summary>
internal sealed class SourceFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("godwit-opening-").FullName;

    public SourceFolder(string name = "app.db")
    {
        Directory.CreateDirectory(Folder);
        Database = Path.Combine(Folder, name);
    }

    public string Folder => Path.Combine(_root, "source");

    public string Scratch => Path.Combine(_root, "scratch");

    public string Database { get; }

    public SourceOpenOptions Options => new() { ScratchFolder = Scratch, Readers = 3, BusyTimeout = TimeSpan.FromMilliseconds(300) };

    public SourceFile Open()
    {
        var result = SourceFile.Open(Database, Options);
        Assert.True(result.IsOpen, string.Join("; ", result.Findings));
        return result.File;
    }

    /// <summary>The codes of a refusal.</summary>
    public IReadOnlyList<string> Refuse()
    {
        var result = SourceFile.Open(Database, Options);
        result.File?.Dispose();
        Assert.False(result.IsOpen);
        return [.. result.Findings.Select(f => f.Code.Id)];
    }

    /// <summary>A table t with rows of 1 to <paramref name="rows"/>.</summary>
    public void Make(int rows = 100, string prologue = "PRAGMA user_version = 0")
    {
        using var connection = SqliteConnection.OpenForWriting(Database);
        connection.Execute(prologue);
        connection.Execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
        connection.Execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) INSERT INTO t SELECT i, printf('%0500d', i) FROM n", rows);
    }

    /// <summary>Copies the database and what is beside it, as a crash or a careless backup leaves them, over into another folder.</summary>
    public void CopyTo(SourceFolder other, params ReadOnlySpan<string> suffixes)
    {
        foreach (var suffix in suffixes) File.Copy(Database + suffix, other.Database + suffix);
    }

    /// <summary>
    /// Names and SHA-256 of every file, and the folder's own time, which a file made and removed again would change. The content of a live -shm is
    /// left out: readers keep their marks there.
    /// </summary>
    public string State(bool withSharedMemory = true)
    {
        var files = Directory.EnumerateFiles(Folder).Order(StringComparer.Ordinal).Select(file =>
            Path.GetFileName(file) + " " + (withSharedMemory || !file.EndsWith("-shm", StringComparison.Ordinal) ? Convert.ToHexString(SHA256.HashData(ReadAll(file))) : "live"));
        return string.Join('\n', files) + "\n" + Directory.GetLastWriteTimeUtc(Folder).Ticks;
    }

    /// <summary>Lets an ordinary user reach the folder and write to the scratch folder, and no more to the files than said.</summary>
    public void Permit(UnixFileMode file)
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode everybody = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_root, everybody | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Scratch);
        File.SetUnixFileMode(Scratch, everybody | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
        foreach (var each in Directory.EnumerateFiles(Folder)) File.SetUnixFileMode(each, file);
        File.SetUnixFileMode(Folder, everybody);
    }

    private static byte[] ReadAll(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose()
    {
        // Whoever is not root may remove nothing from a folder that Permit closed.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(_root, recursive: true);
    }
}
