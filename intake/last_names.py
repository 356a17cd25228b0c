"""Frequent last names in Germany, put together by hand: never to read a name, only to ask what else it might be."""

_FREQUENT = (
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause "
    "Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz "
    "Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann "
    "Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer "
    "Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch "
    "Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Ernst Lindner Kramer Hansen Petersen Jansen Paul Nowak "
    "Kowalski Wagener Reuter Kern Ritter Böttcher Ulrich Lenz Bender Metzger Förster Hermann Marx Ott Barth Riedel "
    "Schilling Fiedler Thiel Nagel Kunz Kurz Geiger Hein Brand Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk "
    "Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Koç Kurt Özkan Polat Nguyen Tran Pham Ivanov Petrov Kovač Novak "
    "Hasan Ahmed Ali Mohammed Ibrahim Khalil "
)
LAST_NAMES = frozenset(_FREQUENT.split())
