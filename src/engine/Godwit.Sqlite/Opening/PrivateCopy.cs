using System.Security.Cryptography;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// A copy of a database and its -journal and -wal in a folder of its own, under the same names so that SQLite finds them, and recovered there: the
/// rollback of a hot journal and the replay of a -wal write to the copy instead of the source. The folder is 0700: it holds the source's rows.
/// </summary>
internal sealed class PrivateCopy : IDisposable
{
    private const string FolderPrefix = "source-", HoldName = "held";
    private const int Block = 1 << 20;
    private const long Margin = 16L << 20;

    private readonly string _folder;
    private readonly FileStream _hold;

    private PrivateCopy(string scratch, string database)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("Godwit binds Linux's libsqlite3");
        _folder = Path.Combine(scratch, FolderPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        _hold = Hold(_folder);
        Database = Path.Combine(_folder, Path.GetFileName(database));
    }

    public string Database { get; }

    /// <summary>Bytes that a copy needs at most: a -wal is there once as a file and once more as pages that the replay appends.</summary>
    public static long BytesNeeded(SourceFiles files) =>
        Size(files.Database) + Size(files.Journal) + 2 * Size(files.Wal) + Margin;

    public static long BytesFree(string scratch)
    {
        Directory.CreateDirectory(scratch);
        return new DriveInfo(Path.GetFullPath(scratch)).AvailableFreeSpace;
    }

    /// <summary>Null when the source changed while it was copied.</summary>
    /// <exception cref="SqliteException">The copy cannot be recovered: the source is corrupt.</exception>
    /// <exception cref="IOException">Reading or writing failed.</exception>
    public static PrivateCopy? Take(SourceFiles files, string scratch)
    {
        Directory.CreateDirectory(scratch);
        var copy = new PrivateCopy(scratch, files.Database);
        try
        {
            var before = State(files);
            copy.Add(files.Database, "");
            copy.Add(files.Journal, "-journal");
            copy.Add(files.Wal, "-wal");
            if (before == State(files))
            {
                copy.Recover();
                return copy;
            }
        }
        catch
        {
            copy.Dispose();
            throw;
        }

        copy.Dispose();
        return null;
    }

    /// <summary>Removes copies that a killed process left: their hold is free.</summary>
    public static void RemoveAbandoned(string scratch)
    {
        if (!Directory.Exists(scratch)) return;
        foreach (var folder in Directory.EnumerateDirectories(scratch, FolderPrefix + "*"))
        {
            try
            {
                using var hold = new FileStream(Path.Combine(folder, HoldName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
                Remove(folder);
            }
            catch (FileNotFoundException)
            {
                RemoveEmpty(folder);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Held by a living process, or another's folder: not ours to remove.
                continue;
            }
        }
    }

    private static (FileStatus?, FileStatus?, FileStatus?, bool) State(SourceFiles files) =>
        (FileStatus.Of(files.Database), FileStatus.Of(files.Journal), FileStatus.Of(files.Wal), FileLocks.IsBeingWritten(files.DatabaseHandle.Handle));

    private static long Size(string path) => FileStatus.Of(path)?.Size ?? 0;

    private void Add(string source, string suffix)
    {
        using var from = SharedHandle.TryOpen(source);
        if (from is null) return;
        using var to = File.OpenHandle(Database + suffix, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[Block];
        long offset = 0;
        while (from.ReadInto(buffer, offset) is > 0 and var read)
        {
            RandomAccess.Write(to, buffer.AsSpan(0, read), offset);
            offset += read;
        }
    }

    private void Recover()
    {
        using var connection = SqliteConnection.OpenForWriting(Database);
        connection.Execute("SELECT 1 FROM sqlite_schema LIMIT 1");
        connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <summary>Makes the folder and holds it. A process that removes what others have left may take the folder for such in between: then it is made again.</summary>
    private static FileStream Hold(string folder)
    {
        const int Attempts = 100;
        for (var attempt = 1; ; attempt++)
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            try
            {
                return new FileStream(Path.Combine(folder, HoldName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                continue;
            }
        }
    }

    /// <summary>The hold goes last: whoever is killed before leaves a folder that the next one finds abandoned, and whoever is killed after it an empty one.</summary>
    private static void Remove(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetFileName(f) != HoldName)) File.Delete(file);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Of a process that was killed before it held its folder, or after it had let go of it.</summary>
    private static void RemoveEmpty(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Somebody has put something into it meanwhile, or has removed it.
            return;
        }
    }

    public void Dispose()
    {
        // Held until it is gone: another process would take it for abandoned and remove it at the same time.
        if (Directory.Exists(_folder)) Remove(_folder);
        _hold.Dispose();
    }
}
