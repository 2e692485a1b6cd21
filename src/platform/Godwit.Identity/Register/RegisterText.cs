using System.Text;

namespace Godwit.Identity.Register;

/// <summary>Takes a register apart without holding more of it than a block: it grows for as long as the service is there.</summary>
internal static class RegisterText
{
    private const int Block = 1 << 16, LongestLine = 512;

    /// <summary>The lines that have an end, and where each ends in the file; what stands after the last end is left out.</summary>
    /// <exception cref="InvalidDataException">A line is longer than any that was ever written.</exception>
    public static IEnumerable<(string Text, long End)> LinesOf(FileStream file, long from)
    {
        var (block, line, at) = (new byte[Block], new StringBuilder(LongestLine), from);
        file.Position = from;
        for (int read; (read = file.Read(block)) > 0; at += read)
        {
            for (var i = 0; i < read; i++)
            {
                if (block[i] == '\n')
                {
                    yield return (line.ToString(), at + i + 1);
                    line.Clear();
                }
                else if (line.Append((char)block[i]).Length > LongestLine)
                {
                    throw new InvalidDataException($"the register of erasures ({Path.GetFileName(file.Name)}) is not as it was written");
                }
            }
        }
    }
}
