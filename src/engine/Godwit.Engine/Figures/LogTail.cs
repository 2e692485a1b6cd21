using System.Text;
using System.Text.RegularExpressions;

namespace Godwit.Engine.Figures;

/// <summary>
/// Counts the new lines of a file that match. It begins at the file's end; one that is not there yet is new from its beginning. A file that is renamed away is read to its end before the one that took its name is read from
/// its beginning; one that is shorter than it was is read from its beginning again. A line counts once it has ended.
/// </summary>
public sealed class LogTail(string path, Regex pattern) : IDisposable
{
    /// <summary>The beginning of a longer line is what is looked at.</summary>
    private const int LongestLine = 64 * 1024;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _line = [];
    private FileStream? _file;
    private FileStamp _stamp;
    private bool _begun;

    /// <summary>How many new lines match; no number when the file cannot be read.</summary>
    public FigureReading Read()
    {
        try
        {
            var matches = 0;
            var first = !_begun;
            _begun = true;
            if (_file is null && !Open(fromEnd: first)) return FigureReading.None("the file is not there");
            matches += ReadOn();
            // Two renames between two looks lose the file in the middle; that is as it is with every program that follows one.
            if (FileStamp.Of(path) is not { } now) return matches > 0 ? FigureReading.Of(matches) : Gone();
            if (now == _stamp) return FigureReading.Of(matches);
            _file!.Dispose();
            _file = null;
            _line.Clear();
            return Open(fromEnd: false) ? FigureReading.Of(matches + ReadOn()) : FigureReading.Of(matches);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file?.Dispose();
            _file = null;
            return FigureReading.None($"the file cannot be read ({e.GetType().Name})");
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Renamed away and nothing in its place: it is read from its beginning when it comes.</summary>
    private FigureReading Gone()
    {
        _file?.Dispose();
        _file = null;
        _line.Clear();
        return FigureReading.None("the file is not there");
    }

    private bool Open(bool fromEnd)
    {
        if (!File.Exists(path)) return false;
        // Its writer may go on writing, renaming and removing.
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _stamp = FileStamp.Of(_file.SafeFileHandle);
        if (fromEnd) _file.Seek(0, SeekOrigin.End);
        return true;
    }

    private int ReadOn()
    {
        var matches = 0;
        if (RandomAccess.GetLength(_file!.SafeFileHandle) < _file.Position)
        {
            _file.Position = 0;
            _line.Clear();
        }
        while (_file.Read(_buffer) is > 0 and var count)
        {
            foreach (var value in _buffer.AsSpan(0, count))
            {
                if (value == (byte)'\n')
                {
                    if (pattern.IsMatch(Encoding.UTF8.GetString([.. _line]))) matches++;
                    _line.Clear();
                }
                else if (_line.Count < LongestLine)
                {
                    _line.Add(value);
                }
            }
        }
        return matches;
    }
}
