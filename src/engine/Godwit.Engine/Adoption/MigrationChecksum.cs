using System.Globalization;
using System.Text;
using Godwit.Model.Runbooks;

namespace Godwit.Engine.Adoption;

/// <summary>What a tool would compute of a file.</summary>
internal static class MigrationChecksum
{
    /// <summary>CRC-32 of IEEE 802.3, reflected: java.util.zip.CRC32's.</summary>
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var value = (uint)i;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
        return value;
    })];

    /// <returns>Null where the tool computes nothing.</returns>
    public static string? Of(MigrationTool tool, PlannedFile file) => tool switch
    {
        MigrationTool.Flyway => Flyway(file.Text).ToString(CultureInfo.InvariantCulture),
        MigrationTool.Prisma => file.Sha256,
        _ => null,
    };

    /// <summary>The lines without their ends, so that a file is the same on every system; without a byte order mark.</summary>
    internal static int Flyway(string text)
    {
        var crc = uint.MaxValue;
        using var lines = new StringReader(text.TrimStart('\uFEFF'));
        while (lines.ReadLine() is { } line)
        {
            foreach (var b in Encoding.UTF8.GetBytes(line)) crc = (crc >> 8) ^ s_table[(byte)(crc ^ b)];
        }
        return (int)~crc;
    }
}
