using System.Text;

namespace Godwit.Cli.Demo;

/// <summary>Passes on the lines that somebody wants to see.</summary>
internal sealed class LineFilter(TextWriter writer, Func<string, bool> keep) : TextWriter
{
    private readonly StringBuilder _line = new();

    public override Encoding Encoding => writer.Encoding;

    public override void Write(char value)
    {
        if (value != '\n')
        {
            _line.Append(value);
            return;
        }
        var line = _line.ToString();
        _line.Clear();
        if (keep(line)) writer.WriteLine(line);
    }

    public override void Flush() => writer.Flush();
}
