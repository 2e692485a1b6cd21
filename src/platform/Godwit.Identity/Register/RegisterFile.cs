using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Godwit.Security.Files;

namespace Godwit.Identity.Register;

/// <summary>
/// The register on the disk: a file of lines to which is only added, the mark beside it, and the key of both, each of this user alone. Who writes holds the file's lock, among all processes. A line counts when it is on the disk
/// whole; what a process that was killed has left of one is cut off by the next.
/// </summary>
internal sealed class RegisterFile : IDisposable
{
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int KeyLength = 32, Tries = 300;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(25);

    private readonly string _lines;
    private readonly RegisterMark _mark;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly byte[] _key;
    private long _length;
    private byte[] _last = RegisterLine.First;

    /// <param name="folder">Where it lies; made when it is missing.</param>
    /// <param name="installation">Of the database that it is of: each has a register of its own.</param>
    /// <param name="time">The time.</param>
    /// <exception cref="IOException">The folder cannot be written, or holds a key that is none.</exception>
    public RegisterFile(string folder, string installation, TimeProvider time)
    {
        Directory.CreateDirectory(folder, OwnFolder);
        (_lines, _time) = (Path.Combine(folder, $"{installation}.log"), time);
        _key = KeyOf(Path.Combine(folder, "register.key"));
        _mark = new RegisterMark(Path.Combine(folder, $"{installation}.mark"), installation, _key);
    }

    /// <summary>Tells this folder from every other: hosts of one database have one.</summary>
    public string Id => Convert.ToHexStringLower(HMACSHA256.HashData(_key, "godwit register id"u8))[..32];

    /// <summary>How many lines were read or written.</summary>
    public long Position { get; private set; }

    /// <summary>Who was erased, by their keyed hashes.</summary>
    public HashSet<string> Erased { get; } = new(StringComparer.Ordinal);

    public string SubjectOf(string kind, string of) => RegisterLine.SubjectOf(_key, kind, of);

    /// <summary>Reads what others have written since.</summary>
    /// <param name="visit">Is given each line that is new to this process; null for none.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidDataException">A line is not as it was written.</exception>
    public Task CatchUpAsync(Action<RegisterLine>? visit, CancellationToken cancellation) => HoldAsync(
        file =>
        {
            CatchUp(file, visit);
            return Task.FromResult(true);
        },
        cancellation);

    /// <summary>Reads all of it once more, line by line.</summary>
    /// <param name="after">The number of the last line that is not asked for.</param>
    /// <param name="visit">Is given each line after it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task ReadAsync(long after, Action<RegisterLine> visit, CancellationToken cancellation) => HoldAsync(
        file =>
        {
            CatchUp(file, null);
            var (number, last) = (0L, RegisterLine.First);
            foreach (var (text, end) in RegisterText.LinesOf(file, 0))
            {
                if (end > _length) break;
                var (line, mac) = Read(text, ++number, last);
                last = mac;
                if (number > after) visit(line);
            }
            return Task.FromResult(true);
        },
        cancellation);

    /// <summary>Adds lines. When they are on the disk, and before anybody else adds any, <paramref name="then"/> is done.</summary>
    /// <param name="lines">Kinds and subjects.</param>
    /// <param name="then">Is given how many lines there were before, and how many there are now.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public Task AddAsync(IReadOnlyList<(string Kind, string Subject)> lines, Func<long, long, Task> then, CancellationToken cancellation) => HoldAsync(
        async file =>
        {
            CatchUp(file, null);
            var text = new StringBuilder();
            var (before, position, last, at) = (Position, Position, _last, _time.GetUtcNow());
            foreach (var (kind, subject) in lines)
            {
                if (kind == RegisterLine.Erased && Erased.Contains(subject)) continue;
                var line = new RegisterLine(++position, kind, at, subject);
                last = line.MacAfter(_key, last);
                text.Append(line.ToText(last));
            }
            if (text.Length > 0)
            {
                var bytes = Encoding.ASCII.GetBytes(text.ToString());
                file.Position = _length;
                await file.WriteAsync(bytes, cancellation);
                file.Flush(flushToDisk: true);
                if (_length == 0) FolderSync.Flush(Path.GetDirectoryName(_lines)!);
                (Position, _last, _length) = (position, last, _length + bytes.Length);
                Erased.UnionWith(lines.Where(l => l.Kind == RegisterLine.Erased).Select(l => l.Subject));
            }
            await then(before, Position);
            return true;
        },
        cancellation);

    /// <summary>Compares the mark with the database's, and sets it, while nobody else does.</summary>
    /// <param name="next">Is given the mark with the database that it is of, and gives the next one; null leaves it.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="InvalidDataException">The mark is not as it was written.</exception>
    public Task MarkAsync(Func<Mark?, Task<Mark?>> next, CancellationToken cancellation) => HoldAsync(
        async file =>
        {
            CatchUp(file, null);
            if (await next(await _mark.ReadAsync(cancellation)) is not { } now) return false;
            await _mark.WriteAsync(now, cancellation);
            return true;
        },
        cancellation);

    public void Dispose() => _gate.Dispose();

    private async Task<T> HoldAsync<T>(Func<FileStream, Task<T>> work, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await using var file = await OpenAsync(cancellation);
            return await work(file);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits while another process has it.</summary>
    private async Task<FileStream> OpenAsync(CancellationToken cancellation)
    {
        for (var left = Tries; ; left--)
        {
            try
            {
                return new FileStream(_lines, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Own });
            }
            catch (IOException) when (left > 0 && File.Exists(_lines))
            {
                await Task.Delay(s_pause, _time, cancellation);
            }
        }
    }

    private void CatchUp(FileStream file, Action<RegisterLine>? visit)
    {
        if (file.Length < _length) throw new InvalidDataException($"the register of erasures became shorter than it was: bring {Path.GetFileName(_lines)} back");
        if (file.Length == _length) return;
        foreach (var (text, end) in RegisterText.LinesOf(file, _length))
        {
            var (line, mac) = Read(text, Position + 1, _last);
            (Position, _last, _length) = (line.Number, mac, end);
            if (line.Kind == RegisterLine.Erased) Erased.Add(line.Subject);
            visit?.Invoke(line);
        }
        // Nobody was told that the rest of a line is there.
        if (file.Length > _length) file.SetLength(_length);
    }

    private (RegisterLine Line, byte[] Mac) Read(string text, long number, byte[] last) =>
        RegisterLine.Read(text, _key, number, last) ?? throw new InvalidDataException($"line {number} of the register of erasures ({Path.GetFileName(_lines)}) is not as it was written");

    /// <summary>The key, made when there is none: it appears under its name whole, so that of two hosts that start at once the second reads the first one's.</summary>
    private static byte[] KeyOf(string path)
    {
        if (!File.Exists(path))
        {
            var draft = $"{path}.{Guid.NewGuid():N}";
            using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = Own }))
            {
                file.Write(RandomNumberGenerator.GetBytes(KeyLength));
                file.Flush(flushToDisk: true);
            }
            try
            {
                File.Move(draft, path, overwrite: false);
                FolderSync.Flush(Path.GetDirectoryName(path)!);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(draft);
            }
        }
        var key = File.ReadAllBytes(path);
        return key.Length == KeyLength ? key : throw new InvalidDataException($"{Path.GetFileName(path)} of the register of erasures is no key of {KeyLength} bytes");
    }
}
