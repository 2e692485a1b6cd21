using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Godwit.Identity.Register;

/// <summary>How far a database was.</summary>
/// <param name="Number">Its counter.</param>
/// <param name="Database">Which one it is: its server's identifier and its own number there.</param>
internal sealed record Mark(long Number, string Database);

/// <summary>The mark on the disk, with a MAC: whoever could set it back would have a restored database pass for the one of now.</summary>
internal sealed class RegisterMark(string path, string installation, byte[] key)
{
    /// <returns>Null when there is none yet.</returns>
    /// <exception cref="InvalidDataException">It is not as it was written.</exception>
    public async Task<Mark?> ReadAsync(CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        var words = (await File.ReadAllTextAsync(path, cancellation)).TrimEnd('\n').Split(' ');
        return words is [var number, var database, { Length: 64 } mac] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var there) && Equal(new Mark(there, database), mac)
            ? new Mark(there, database)
            : throw new InvalidDataException($"the mark of the register of erasures ({Path.GetFileName(path)}) is not as it was written: bring it back");

        bool Equal(Mark read, string mac) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(MacOf(read)), Encoding.ASCII.GetBytes(mac));
    }

    public async Task WriteAsync(Mark mark, CancellationToken cancellation)
    {
        var draft = $"{path}.new";
        await using (var file = new FileStream(draft, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            await file.WriteAsync(Encoding.ASCII.GetBytes($"{Words(mark)} {MacOf(mark)}\n"), cancellation);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }

    private string MacOf(Mark mark) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes($"godwit register mark\0{installation}\0{Words(mark)}")));

    private static string Words(Mark mark) => string.Create(CultureInfo.InvariantCulture, $"{mark.Number} {mark.Database}");
}
