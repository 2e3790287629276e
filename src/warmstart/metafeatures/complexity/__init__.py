"""How complex the border between classes is: the 22 measures of Lorena et al.

Every measure is from 0, simple, to 1, complex, but for T2 and T3. Classes are compared in
pairs, of the ten largest; what looks at pairs of rows looks at a sample of at most 1,500.

References
----------
.. [1] Lorena, Garcia, Lehmann, Souto, Ho. "How Complex is your classification problem? A
   survey on measuring classification complexity." ACM Computing Surveys 52, 2019.
.. [2] Ho, Basu. "Complexity measures of supervised classification problems." PAMI 24, 2002.
"""
