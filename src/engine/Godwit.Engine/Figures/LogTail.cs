using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;

namespace Godwit.Engine.Figures;

/// <summary>
/// Counts the new lines of a file that match. It begins at the file's end; one that is not there yet is new from its beginning. A file that is renamed away is read to its end before the one that took its name is read from
/// its beginning; one that is shorter than it was is read from its beginning again. One that could not be read, or was not to be seen, for a while is read on from where it was left. A line counts once it has ended.
/// </summary>
public sealed class LogTail(string path, Regex pattern) : IDisposable
{
    /// <summary>The beginning of a longer line is what is looked at.</summary>
    private const int LongestLine = 64 * 1024;

    private const string NotThere = "the file is not there";

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly List<byte> _line = [];
    private SafeFileHandle? _file;

    // Which file was read last, and how far; kept when it is closed.
    private FileStamp? _stamp;
    private long _position;
    private bool _begun;

    // Counted, and not told yet: the read that counted them did not come to its end.
    private int _matches;

    /// <summary>How many new lines match; no number when the file cannot be read. One call after another: it may last as long as the file system takes.</summary>
    public FigureReading Read()
    {
        try
        {
            // One that is renamed or removed stays open until another takes its name: meanwhile its number stays its own.
            if (_file is not null) ReadOn();
            if (FileStamp.Of(path) is not { } now)
            {
                _begun = true;
                return _matches > 0 ? Told() : FigureReading.None(NotThere);
            }
            // A pipe has no end: whoever opens it waits for its writer.
            if (!now.IsPlain) return FigureReading.None("it is no plain file");
            if (_file is not null && now == _stamp) return Told();
            Open();
            ReadOn();
            return Told();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Gone between two questions.
            return FigureReading.None(NotThere);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Close();
            return FigureReading.None($"the file cannot be read ({e.GetType().Name})");
        }
    }

    public void Dispose() => Close();

    private FigureReading Told()
    {
        var matches = _matches;
        _matches = 0;
        return FigureReading.Of(matches);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private void Open()
    {
        Close();
        // Its writer may go on writing, renaming and removing.
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var stamp = FileStamp.Of(_file);
        if (stamp != _stamp)
        {
            _position = _begun ? 0 : RandomAccess.GetLength(_file);
            _line.Clear();
        }
        (_stamp, _begun) = (stamp, true);
    }

    private void ReadOn()
    {
        if (RandomAccess.GetLength(_file!) < _position)
        {
            _position = 0;
            _line.Clear();
        }
        while (RandomAccess.Read(_file!, _buffer, _position) is > 0 and var count)
        {
            _position += count;
            foreach (var value in _buffer.AsSpan(0, count))
            {
                if (value == (byte)'\n')
                {
                    if (pattern.IsMatch(Encoding.UTF8.GetString([.. _line]))) _matches++;
                    _line.Clear();
                }
                else if (_line.Count < LongestLine)
                {
                    _line.Add(value);
                }
            }
        }
    }
}
