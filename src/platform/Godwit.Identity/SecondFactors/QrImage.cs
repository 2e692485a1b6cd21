using System.Collections;
using System.Text;
using QRCoder;

namespace Godwit.Identity.SecondFactors;

/// <summary>A text as a QR code in SVG: one path, no styles, no scripts and no colours but black on white, so that it fits any content security policy and any theme.</summary>
internal static class QrImage
{
    /// <summary>White modules around it (ISO/IEC 18004 section 9.1); the matrix has them already.</summary>
    public const int QuietZone = 4;

    /// <param name="text">Up to some 2,300 bytes.</param>
    /// <param name="label">What it is, for who does not see it.</param>
    /// <returns>An <c>svg</c> element, which may stand in a page.</returns>
    public static string Of(string text, string label)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++) Row(rows[y], y, path);
        return $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{System.Net.WebUtility.HtmlEncode(label)}\" viewBox=\"0 0 {rows.Count} {rows.Count}\" shape-rendering=\"crispEdges\">"
            + $"<path fill=\"#fff\" d=\"M0 0h{rows.Count}v{rows.Count}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>";
    }

    /// <summary>Runs of dark modules as rectangles of height one.</summary>
    private static void Row(BitArray row, int y, StringBuilder path)
    {
        for (var x = 0; x < row.Length; x++)
        {
            if (!row[x]) continue;
            var begin = x;
            while (x < row.Length && row[x]) x++;
            path.Append($"M{begin} {y}h{x - begin}v1h-{x - begin}z");
        }
    }
}
