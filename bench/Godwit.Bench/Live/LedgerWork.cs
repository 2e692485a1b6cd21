using Godwit.Bench.Data;

namespace Godwit.Bench.Live;

/// <summary>What one writer asks for next. But for accounts, each has rows of its own: two writers of one row would race, and nobody could say which has to be there.</summary>
internal sealed class LedgerWork(int writer, int writers)
{
    private const int Profiles = 200, Emails = 150, Documents = 50;

    private readonly Numbers _numbers = new((ulong)writer * 7919 + 11);
    private readonly Queue<string> _sessions = [];
    private long _turn;

    public LedgerWrite Next()
    {
        _turn++;
        switch (_numbers.Below(20))
        {
            case < 10:
                var payer = _numbers.Below(LedgerSchema.Accounts) + 1;
                var payee = (payer + _numbers.Below(LedgerSchema.Accounts - 1)) % LedgerSchema.Accounts + 1;
                return new Transfer($"{writer}-{_turn}", payer, payee, _numbers.Below(20) + 1);
            case < 14:
                return new PutProfile(writer + (long)writers * _numbers.Below(Profiles), $"{writer}-{_numbers.Below(Emails)}@example.com", _turn);
            case < 17 when _sessions.Count > 3:
                return new CloseSession(_sessions.Dequeue());
            case < 18:
                var id = $"{writer}-{_turn}";
                _sessions.Enqueue(id);
                return new OpenSession(id, _numbers.Next().ToString("x16"));
            default:
                return new PutDocument(writer + (long)writers * _numbers.Below(Documents), _numbers.Bytes(_numbers.Below(2000) + 100));
        }
    }
}
