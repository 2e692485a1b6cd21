using System.Text;
using Godwit.Security.Files;

namespace Godwit.Engine.Ledger;

/// <param name="Entries">In order.</param>
/// <param name="Damaged">The number of the first line that is not as it was written; null when all are.</param>
public sealed record LedgerReading(string Path, IReadOnlyList<LedgerEntry> Entries, int? Damaged);

/// <summary>The ledger cannot be written. The message is for a person.</summary>
public sealed class LedgerException(string message, Exception inner) : Exception(message, inner);

/// <summary>
/// A run's ledger: a file of this machine that is only added to. Each line is on the disk before anybody acts on what it says, and only says what the target had
/// already committed, but for the first, which is written before the target's first change.
/// </summary>
public sealed class LedgerFile : IDisposable
{
    public const string Extension = ".ledger";

    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Lock _lock = new();
    private readonly FileStream _stream;

    private LedgerFile(FileStream stream) => _stream = stream;

    public string Path => _stream.Name;

    /// <exception cref="LedgerException">It cannot be opened.</exception>
    public static LedgerFile Open(string path)
    {
        try
        {
            var folder = System.IO.Path.GetDirectoryName(path)!;
            if (!Directory.Exists(folder)) Directory.CreateDirectory(folder, OwnersOnly | UnixFileMode.UserExecute);
            // Not locked: a runner that was stopped and replaced would keep its successor out. What it may still add was true, and stays so.
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, UnixCreateMode = OwnersOnly };
            var stream = new FileStream(path, options);
            TakeAwayUnfinishedLine(stream);
            FolderSync.Flush(folder);
            return new LedgerFile(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    /// <summary>Returns once the line is on the disk.</summary>
    /// <exception cref="LedgerException">It is not.</exception>
    public void Append(LedgerEntry entry)
    {
        try
        {
            lock (_lock)
            {
                _stream.Seek(0, SeekOrigin.End);
                _stream.Write(Encoding.UTF8.GetBytes(entry.ToLine() + "\n"));
                _stream.Flush(flushToDisk: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw Fault(Path, e);
        }
    }

    /// <returns>Null when there is none.</returns>
    /// <exception cref="LedgerException">It cannot be read.</exception>
    public static LedgerReading? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            var text = File.ReadAllText(path);
            // A last line without its end was being written when its runner was killed: it counts for nothing.
            var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var entries = new List<LedgerEntry>();
            foreach (var (i, line) in lines.Index())
            {
                if (LedgerEntry.TryRead(line) is not { } entry) return new LedgerReading(path, entries, i + 1);
                entries.Add(entry);
            }
            // Its first line was not yet written: as if it were not there.
            return entries.Count == 0 ? null : new LedgerReading(path, entries, entries.FindIndex(e => e.Run != entries[0].Run) is >= 0 and var stranger ? stranger + 1 : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(path, e);
        }
    }

    public void Dispose() => _stream.Dispose();

    private static void TakeAwayUnfinishedLine(FileStream stream)
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        if (end < bytes.Length) stream.SetLength(end);
    }

    private static LedgerException Fault(string path, Exception e) => new($"the ledger {path} cannot be used: {e.Message}", e);
}
