namespace Godwit.Cli.Demo.Suma;

/// <param name="Rows">People of the legacy system.</param>
/// <param name="Fresh">Whether what an earlier demo has left goes first.</param>
/// <param name="Back">Whether the demo goes back once people have registered on the new side, and forward again.</param>
internal sealed record SumaOptions(int Rows, bool Fresh, bool Back);
