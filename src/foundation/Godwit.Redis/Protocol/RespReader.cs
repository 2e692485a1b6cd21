using System.Text;

namespace Godwit.Redis.Protocol;

/// <summary>
/// Reads RESP3 from bytes that come in pieces of any size. It keeps what it has begun, looks at no byte twice, and sets nothing aside that was only announced.
/// Streamed strings and aggregates (<c>$?</c>, <c>*?</c>) are refused: no server of ours sends them. After a <see cref="RespException"/> it reads no more.
/// </summary>
/// <param name="limits">What an answer may be.</param>
internal sealed class RespReader(RespLimits limits)
{
    private readonly Stack<RespFrame> _frames = new();
    private byte[] _line = new byte[128];
    private int _lineLength;
    private RespBulk? _bulk;
    private long _bytes;
    private int _values;
    private bool _broken;

    /// <summary>Nothing is begun: an end of the stream here cuts nothing off.</summary>
    public bool IsBetween => _frames.Count == 0 && _lineLength == 0 && _bulk is null && _values == 0;

    /// <summary>Reads up to the end of one value.</summary>
    /// <param name="input">The next bytes of the stream.</param>
    /// <param name="value">The value, when it is whole.</param>
    /// <returns>How many bytes were read; all of them when there is no value.</returns>
    public int Read(ReadOnlySpan<byte> input, out RespValue? value)
    {
        if (_broken)
            throw new RespException("the stream was given up");
        try
        {
            return ReadOn(input, out value);
        }
        catch (RespException)
        {
            _broken = true;
            throw;
        }
    }

    private int ReadOn(ReadOnlySpan<byte> input, out RespValue? value)
    {
        var read = 0;
        while (read < input.Length)
        {
            RespValue? next;
            if (_bulk is not null)
            {
                read += _bulk.Fill(input[read..]);
                if (!_bulk.IsWhole)
                    break;
                next = _bulk.Close();
                _bulk = null;
            }
            else
            {
                read += TakeLine(input[read..], out var line, out var whole);
                if (!whole)
                    break;
                next = Begin(line);
                _lineLength = 0;
            }
            if (next is not null && Complete(next) is { } complete)
            {
                value = complete;
                (_bytes, _values) = (0, 0);
                return read;
            }
        }
        value = null;
        return read;
    }

    /// <summary>A line without its end; from <paramref name="input"/> itself when nothing of it came before.</summary>
    private int TakeLine(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out bool whole)
    {
        var end = input.IndexOf((byte)'\n');
        var taken = end < 0 ? input.Length : end + 1;
        if (_lineLength + taken > limits.LongestLine)
            throw new RespException("a line is longer than allowed");
        whole = end >= 0;
        if (whole && _lineLength == 0)
        {
            line = WithoutEnd(input[..taken]);
            return taken;
        }
        if (_lineLength + taken > _line.Length)
            Array.Resize(ref _line, Math.Max(_line.Length * 2, _lineLength + taken));
        input[..taken].CopyTo(_line.AsSpan(_lineLength));
        _lineLength += taken;
        line = whole ? WithoutEnd(_line.AsSpan(0, _lineLength)) : default;
        return taken;
    }

    private static ReadOnlySpan<byte> WithoutEnd(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3 || line[^2] != '\r')
            throw new RespException("a line does not end as lines do");
        line = line[..^2];
        return line.Contains((byte)'\r') ? throw new RespException("a line holds a carriage return") : line;
    }

    /// <summary>The value that a line is, or null when it only begins one.</summary>
    private RespValue? Begin(ReadOnlySpan<byte> line)
    {
        if (++_values > limits.MostValues)
            throw new RespException("an answer has more values than allowed");
        var rest = line[1..];
        Count(rest.Length);
        switch (line[0])
        {
            case (byte)'+':
                return new RespValue.Text(RespText.Of(rest));
            case (byte)'-':
                return RespText.Refusal(rest);
            case (byte)':':
                return new RespValue.Integer(RespText.Integer(rest));
            case (byte)'_':
                return rest.IsEmpty ? RespValue.Null.Instance : throw new RespException("null with something in it");
            case (byte)'#':
                return RespText.Truth(rest);
            case (byte)',':
                return new RespValue.Number(RespText.Number(rest));
            case (byte)'(':
                return new RespValue.BigNumber(RespText.Digits(rest));
            case (byte)'$' or (byte)'!' or (byte)'=':
                return BeginBulk(line[0], rest);
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                return BeginAggregate(line[0], rest);
            default:
                throw new RespException("no type begins so");
        }
    }

    private RespValue.Null? BeginBulk(byte kind, ReadOnlySpan<byte> rest)
    {
        if (kind == '$' && rest.SequenceEqual("-1"u8))
            return RespValue.Null.Instance;
        var length = RespText.Length(rest);
        if (length > limits.LongestBulk)
            throw new RespException("a text is longer than allowed");
        Count(length);
        _bulk = new RespBulk(kind, length);
        return null;
    }

    private RespValue? BeginAggregate(byte kind, ReadOnlySpan<byte> rest)
    {
        if (kind == '*' && rest.SequenceEqual("-1"u8))
            return RespValue.Null.Instance;
        // A push comes between answers, never inside one (RESP3, "Push type").
        if (kind == '>' && _frames.Count > 0)
            throw new RespException("a push inside an answer");
        var length = RespText.Length(rest);
        if (length > limits.MostValues - _values)
            throw new RespException("an answer has more values than allowed");
        if (kind == '>' && length == 0)
            throw new RespException("a push of nothing");
        if (_frames.Count >= limits.Deepest)
            throw new RespException("an answer is nested deeper than allowed");
        // Twice at most one million: no overflow.
        var frame = new RespFrame(kind, kind is (byte)'%' or (byte)'|' ? length * 2 : length);
        if (!frame.IsFull)
        {
            _frames.Push(frame);
            return null;
        }
        return frame.IsAside ? null : frame.Close();
    }

    /// <summary>Puts a value where it belongs, and gives back the outermost one when that is whole.</summary>
    private RespValue? Complete(RespValue value)
    {
        while (_frames.TryPeek(out var frame))
        {
            frame.Add(value);
            if (!frame.IsFull)
                return null;
            _frames.Pop();
            if (frame.IsAside)
                return null;
            value = frame.Close();
        }
        return value;
    }

    private void Count(int length)
    {
        _bytes += length;
        if (_bytes > limits.LargestAnswer)
            throw new RespException("an answer is larger than allowed");
    }
}
