namespace Godwit.Engine.Configuration;

/// <summary>A file of NAME=value lines, as container platforms and service managers read it: comments with #, quotes around a value, <c>export</c> before a name.</summary>
public static class DotEnvFile
{
    public static IReadOnlyDictionary<string, string> Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.Length == 0 || line[0] == '#' || line.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var at)) continue;
            var name = line[..at].Trim();
            if (name.StartsWith("export ", StringComparison.Ordinal)) name = name[7..].Trim();
            var value = line[(at + 1)..].Trim();
            if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]) value = value[1..^1];
            // Of a name that comes twice, the last counts.
            values[name] = value;
        }
        return values;
    }
}
